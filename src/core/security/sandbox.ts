import type { Effect } from '../../protocol/effects.ts';
import { hostIsListed } from './host-list.ts';
import { protectedName } from './protected-paths.ts';

/** What keeps commands in: they write only inside the workspace, read no secrets and reach only the allowed hosts. */
export interface Sandbox {
  /** undefined: commands can be confined; else what is missing and the command that mends it. Looks once, when first asked. */
  missing(): Promise<string | undefined>;
  /** How to start this command confined. Throws `tool-failed` with code NO_SANDBOX where that fails now. */
  confine(command: ConfinedCommand): Promise<Confinement>;
  close(): Promise<void>;
}

/** Whether a sandbox would let a command do all this: what asks in every mode is done outside it, once it was allowed. */
export function canBeConfined(effects: readonly Effect[], allowedHosts: readonly string[]): boolean {
  return effects.every(({ verb, zone, object, protects }) => {
    if (protects !== undefined) return false;
    if (verb === 'connect') return hostIsListed(URL.parse(object)?.hostname ?? '', allowedHosts);
    return zone === 'workspace';
  });
}

export interface ConfinedCommand {
  /** Ready for the shell. */
  readonly script: string;
  readonly shell: string;
  readonly cwd: string;
  /** Real paths of the workspace folders: there, apart from what is protected, it may write. */
  readonly roots: readonly string[];
}

export interface Confinement {
  readonly file: string;
  readonly args: readonly string[];
  /** Replaces the environment. What the command itself was given is set by its script. */
  readonly env: Readonly<Record<string, string>>;
  /** To be called once when the command has ended. What it made that is asked for in every mode, and where that was moved. */
  ended(): Promise<readonly SetAside[]>;
}

export interface SetAside {
  readonly path: string;
  readonly protects: string;
  readonly movedTo: string;
}

/** Variables that a confined command gets from this process; every other may carry a secret or change what runs. */
export function confinedEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const kept = Object.entries(env).filter((entry): entry is [string, string] => {
    const [name, value] = entry;
    return value !== undefined && passedOn.test(name);
  });
  return { SHLVL: '1', ...Object.fromEntries(kept) };
}

const passedOn =
  /^(PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_[A-Z]+|TERM|COLORTERM|NO_COLOR|FORCE_COLOR|TZ|CI|SHELL|JAVA_HOME|GOROOT|GOPATH|CARGO_HOME|RUSTUP_HOME|RUSTUP_TOOLCHAIN|NVM_DIR|NVM_BIN|VOLTA_HOME|PYENV_ROOT|VIRTUAL_ENV|CONDA_PREFIX|CONDA_DEFAULT_ENV|DOTNET_ROOT|ANDROID_HOME|SDKMAN_DIR|SystemRoot|SystemDrive|ComSpec|PATHEXT|windir|ProgramFiles|ProgramData|USERPROFILE|NUMBER_OF_PROCESSORS)$/;

/** Processes of one command, bytes of one file and bytes of memory a process: beyond them lies a fork bomb or a full disk. */
export const commandLimits = { processes: 2048, fileBytes: 4_294_967_296, memoryBytes: 8_589_934_592 } as const;

/** Goes before a command in a POSIX shell. A limit that is already lower stays: raising it is refused without a word. */
export function limitsScript({ processes, fileBytes, memoryBytes } = commandLimits): string {
  const limits = [`-c 0`, `-u ${processes}`, `-f ${fileBytes / 1024}`, `-d ${memoryBytes / 1024}`];
  return `{ ${limits.map((limit) => `ulimit ${limit};`).join(' ')} } 2>/dev/null`;
}

/** Places below the home folder and the system's that hold keys, passwords and sessions; absolute paths. */
export function secretPlaces(home: string, platform: string): readonly string[] {
  const own = (paths: string): readonly string[] => paths.split(' ').map((path) => `${home}/${path}`);
  const common = own(
    '.ssh .gnupg .aws .azure .kube .docker .netrc _netrc .npmrc .yarnrc .yarnrc.yml .pypirc .git-credentials .pgpass .my.cnf .vault-token .boto .s3cfg .password-store .mozilla .thunderbird .gem/credentials .cargo/credentials .cargo/credentials.toml .nuget/NuGet .gradle/gradle.properties .m2/settings.xml .terraform.d .terraformrc .claude .claude.json .codex .gemini .cursor .bash_history .zsh_history .python_history .node_repl_history .psql_history .mysql_history .sqlite_history .lesshst .vscode-server/data .android .pub-cache/credentials.json .config/pypoetry .local/share/pypoetry/auth.toml .config/composer/auth.json .composer/auth.json .bundle/config .sbt/.credentials .sbt/1.0/credentials .ivy2/.credentials .cache/huggingface/token .cache/huggingface/stored_tokens .hex .config/evolution .local/share/evolution .electrum .bitcoin .ethereum .config/solana .config/sops .age .config/age .fly .railway .config/heroku .wrangler .config/.wrangler .config/stripe .config/ngrok .ngrok2 .rclone.conf .local/share/code-server .local/share/keyrings .local/share/kwalletd',
  );
  const configuration = own(
    '.config/gcloud .config/gh .config/glab-cli .config/hub .config/git/credentials .config/op .config/doctl .config/rclone .config/netlify .config/configstore .config/google-chrome .config/chromium .config/BraveSoftware .config/microsoft-edge .config/vivaldi .config/opera .config/Code .config/Cursor .config/VSCodium .config/Signal .config/Slack .config/discord .config/1Password .config/Bitwarden snap/firefox snap/chromium',
  );
  if (platform === 'darwin') {
    const library = own(
      'Library/Keychains Library/Cookies Library/Safari Library/Mail Library/Messages Library/Containers Library/Group_Containers Library/Application_Support/Google Library/Application_Support/Firefox Library/Application_Support/BraveSoftware Library/Application_Support/Code Library/Application_Support/Cursor Library/Application_Support/1Password',
    ).map((path) => path.replaceAll('_', ' '));
    return [...common, ...configuration, ...library, '/Library/Keychains'];
  }
  if (platform === 'win32') {
    const profile = own(
      'AppData/Roaming/Mozilla AppData/Roaming/Code AppData/Roaming/gcloud AppData/Roaming/gnupg AppData/Roaming/GitHub_CLI AppData/Local/Google/Chrome AppData/Local/Microsoft/Edge AppData/Local/BraveSoftware AppData/Roaming/Microsoft/Credentials AppData/Local/Microsoft/Credentials AppData/Roaming/Microsoft/Protect',
    ).map((path) => path.replaceAll('_', ' '));
    return [...common, ...profile];
  }
  return [
    ...common,
    ...configuration,
    '/etc/shadow',
    '/etc/gshadow',
    '/etc/sudoers',
    '/etc/ssl/private',
    '/var/spool/cron',
  ];
}

/** Files of a workspace that hold secrets by their name; examples of them do not. */
export function isSecretFile(path: string): boolean {
  const name = path.split(/[\\/]/).at(-1)?.toLowerCase() ?? '';
  if (/^\.env/.test(name)) return !/\.(example|sample|template|dist)$/.test(name);
  return /^(id_(rsa|dsa|ecdsa|ed25519)|\.netrc|\.npmrc|\.pypirc|\.git-credentials|credentials\.json|service-account.*\.json)$/.test(
    name,
  );
}

/** The folder or file that a protected path is protected by: of `sub/.vscode/tasks.json` that is `sub/.vscode`. */
export function protectedTop(shownPath: string): string {
  const parts = shownPath.split('/');
  for (let length = 1; length < parts.length; length++) {
    const top = parts.slice(0, length).join('/');
    if (protectedName(top) !== undefined) return top;
  }
  return shownPath;
}

/** Why a command that failed may have failed because it was confined; undefined: its output does not look like that. */
export function confinementFailure(output: string, allowedHosts: readonly string[]): string | undefined {
  if (!looksConfined.test(output)) return undefined;
  const hosts = allowedHosts.length === 0 ? 'no host' : `only ${allowedHosts.join(', ')}`;
  return `[sandbox] This command ran in the sandbox: it writes only inside the workspace apart from protected files, reads no secrets and of the home folder only what tools need, and reaches ${hosts}. If that is why it failed and it must be done, call run_command again with outside_sandbox: true; the user is asked.`;
}

const looksConfined =
  /read-only file system|EROFS|permission denied|EACCES|operation not permitted|EPERM|device or resource busy|EBUSY|could not resolve|temporary failure in name resolution|network is unreachable|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|connection refused|failed to connect|blocked-by|proxy|403 forbidden|getaddrinfo|name or service not known/i;
