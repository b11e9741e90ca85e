import { render } from 'ink'
import { hasColor } from '#lib/terminal/color.ts'
import { Dashboard, type DashboardProps } from '#lib/terminal/dashboard/dashboard.tsx'

/** Puts the dashboard on the terminal's other screen until it is closed; then the terminal is as it was. */
export function showDashboard(props: Pick<DashboardProps, 'read' | 'act' | 'say'>): { close(): Promise<void> } {
  const app = render(<Dashboard {...props} isColored={hasColor(process.stdout)} />, {
    alternateScreen: true,
    exitOnCtrlC: false,
    maxFps: 10,
  })
  return {
    async close() {
      app.unmount()
      await app.waitUntilExit()
    },
  }
}
