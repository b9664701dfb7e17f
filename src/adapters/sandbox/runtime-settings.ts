import type { SandboxRuntimeConfig } from '@anthropic-ai/sandbox-runtime';
import { personalFolders } from '../../core/security/home-folder.ts';
import { secretPlaces } from '../../core/security/sandbox.ts';
import type { HomeRules } from './home-rules.ts';

export interface RuntimeSettings {
  readonly platform: string;
  /** The user's home folder. */
  readonly home: string;
  /** OpenMagus's own data. */
  readonly ownData: string;
  /** Host names as they are now, `*.` before one for everything below it. */
  readonly allowedHosts: () => readonly string[];
  /** What the user allows to be read of the home folder beside what tools need. */
  readonly reads?: readonly string[];
  /** Where a ripgrep is, if it is known. */
  readonly ripgrep?: string;
}

/** What one command may touch. */
export interface CommandPlaces {
  readonly roots: readonly string[];
  readonly temporary: string;
  /** Of the workspace: existing files and folders that are protected, and files that hold secrets. */
  readonly protectedPaths: readonly string[];
  readonly secretFiles: readonly string[];
  /** Where what lies deeper counts, so that most of the home folder can be hidden. */
  readonly home?: HomeRules;
}

type FileRules = SandboxRuntimeConfig['filesystem'];

/** The rules of the whole session; on Linux and macOS each command brings its own places. */
export function sessionRules(settings: RuntimeSettings, places: CommandPlaces): SandboxRuntimeConfig {
  const { allowedHosts, ripgrep } = settings;
  return {
    network: {
      allowedDomains: allowedHosts().filter((host) => domain.test(host)),
      deniedDomains: [],
      strictAllowlist: true,
      // Where a name of the list leads must be outside as well.
      deniedResolvedAddresses: [
        '10.0.0.0/8',
        '172.16.0.0/12',
        '192.168.0.0/16',
        '100.64.0.0/10',
        '168.63.129.16/32',
        'fc00::/7',
      ],
    },
    filesystem: fileRules(settings, places),
    // Our own lists name what is protected in the workspace; the package would look into the folder of this process.
    mandatoryDenySearchDepth: 1,
    ...(ripgrep === undefined ? {} : { ripgrep: { command: ripgrep } }),
  };
}

const domain = /^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*(:\d+)?$/i;

/** Paths are names, never patterns, whatever characters are in them. */
export function fileRules({ platform, home, ownData }: RuntimeSettings, places: CommandPlaces): FileRules {
  const name = (path: string): { path: string; literal: true } => ({ path, literal: true });
  // Keys in a place that may be read stay denied.
  const hidden = places.home?.hidden ?? personalFolders(home, places.roots);
  return {
    denyRead: [...hidden, ...secretPlaces(home, platform), ownData, ...places.secretFiles].map(name),
    allowRead: (places.home?.shown ?? []).map(name),
    allowWrite: [...places.roots, places.temporary].map(name),
    denyWrite: [...places.protectedPaths, ...places.secretFiles].map(name),
  };
}
