export type WindowsShell = 'powershell' | 'cmd';

/** Whose words a command is in, by what runs commands: "/bin/bash on linux", "cmd.exe on win32". */
export function shellKind(shell: string): 'posix' | WindowsShell {
  const name = shell.toLowerCase();
  if (/powershell|pwsh/.test(name)) return 'powershell';
  return /cmd(\.exe)? on /.test(name) ? 'cmd' : 'posix';
}
