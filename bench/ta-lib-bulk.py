"""ns per bar of TA-Lib's functions over whole arrays, as JSON by the key of the same indicator. Prints {} where TA-Lib is not installed."""
import json
import sys
import time

try:
    import numpy as np
    import talib as t
except ImportError:
    print("{}")
    sys.exit()

n = int(sys.argv[1])
rng = np.random.default_rng(7)
c = 10_000 + np.cumsum(rng.normal(size=n))
o, h, l = c + rng.normal(size=n) * 0.2, c + 1 + rng.random(n), c - 1 - rng.random(n)
v = rng.integers(1, 5000, n).astype(float)
calls = {
    "sma(20)": lambda: t.SMA(c, 20),
    "ema(20)": lambda: t.EMA(c, 20),
    "wma(20)": lambda: t.WMA(c, 20),
    "dema(20)": lambda: t.DEMA(c, 20),
    "tema(20)": lambda: t.TEMA(c, 20),
    "trima(20)": lambda: t.TRIMA(c, 20),
    "kama(10)": lambda: t.KAMA(c, 10),
    "t3(5,0.7)": lambda: t.T3(c, 5, 0.7),
    "midpoint(14)": lambda: t.MIDPOINT(c, 14),
    "midprice(14)": lambda: t.MIDPRICE(h, l, 14),
    "bollinger(20,2)": lambda: t.BBANDS(c, 20, 2, 2),
    "sar(0.02,0.2)": lambda: t.SAR(h, l, 0.02, 0.2),
    "rsi(14)": lambda: t.RSI(c, 14),
    "cmo(14)": lambda: t.CMO(c, 14),
    "mom(10)": lambda: t.MOM(c, 10),
    "roc(10)": lambda: t.ROC(c, 10),
    "rocp(10)": lambda: t.ROCP(c, 10),
    "macd(12,26,9)": lambda: t.MACD(c, 12, 26, 9),
    "apo(12,26,1)": lambda: t.APO(c, 12, 26, 1),
    "ppo(12,26,1)": lambda: t.PPO(c, 12, 26, 1),
    "stoch(14,3,3)": lambda: t.STOCH(h, l, c, 14, 3, 0, 3, 0),
    "stochf(5,3)": lambda: t.STOCHF(h, l, c, 5, 3, 0),
    "stochrsi(14,5,3)": lambda: t.STOCHRSI(c, 14, 5, 3, 0),
    "willr(14)": lambda: t.WILLR(h, l, c, 14),
    "cci(20)": lambda: t.CCI(h, l, c, 20),
    "mfi(14)": lambda: t.MFI(h, l, c, v, 14),
    "aroon(25)": lambda: t.AROON(h, l, 25),
    "adx(14)": lambda: t.ADX(h, l, c, 14),
    "trix(15)": lambda: t.TRIX(c, 15),
    "ultosc(7,14,28)": lambda: t.ULTOSC(h, l, c, 7, 14, 28),
    "bop()": lambda: t.BOP(o, h, l, c),
    "trange()": lambda: t.TRANGE(h, l, c),
    "atr(14)": lambda: t.ATR(h, l, c, 14),
    "natr(14)": lambda: t.NATR(h, l, c, 14),
    "stddev(20,1)": lambda: t.STDDEV(c, 20, 1),
    "var(20)": lambda: t.VAR(c, 20, 1),
    "linreg(14)": lambda: t.LINEARREG(c, 14),
    "correl(20)": lambda: t.CORREL(h, l, 20),
    "beta(5)": lambda: t.BETA(h, l, 5),
    "obv()": lambda: t.OBV(c, v),
    "ad()": lambda: t.AD(h, l, c, v),
    "adosc(3,10)": lambda: t.ADOSC(h, l, c, v, 3, 10),
}


def best(call):
    times = []
    for _ in range(5):
        start = time.perf_counter_ns()
        call()
        times.append(time.perf_counter_ns() - start)
    return min(times) / n


print(json.dumps({"version": t.__version__, "ns": {key: best(call) for key, call in calls.items()}}))
