import type { FormerCommand } from '../ports.ts';
import type { TargetSettings } from './deploy-file.ts';
import type { Reads } from './hash-files.ts';

/** What is planned, bound to its digest. Everything in it was made by us; texts are without secrets. */
export interface DeployPlan {
  readonly planId: string;
  readonly taskId: string;
  readonly target: string;
  readonly settings: TargetSettings;
  readonly environment: string;
  /** The target is made for this environment, or what is run depends on it; else the task only calls it so. */
  readonly environmentCounts: boolean;
  /** Where it goes: "deploy@web.example:/srv/site". */
  readonly object: string;
  /** What the user's list of production environments is held against. */
  readonly names: readonly string[];
  /** Real path of the workspace folder; every command runs there. */
  readonly root: string;
  readonly madeAtMs: number;
  readonly apply: readonly PlannedCommand[];
  readonly rollback: { readonly commands: readonly PlannedCommand[]; readonly note: string };
  readonly health?: Health;
  /** What the trial said, shortened; what there was no trial for is said in it. */
  readonly difference: string;
  /** Files and folders that are held to what they are: below the root, or absolute. */
  readonly places: readonly string[];
  readonly reads?: Reads;
  readonly bound: Bound;
  /** Of the commands, their arguments and the environment: another hash is another target. */
  readonly targetHash: string;
  /** A person had allowed this very target before. */
  readonly known: boolean;
}

export interface PlannedCommand {
  /** Ready for the shell. */
  readonly line: string;
  readonly words: readonly string[];
  /** Exit codes beside 0 that mean that it went well. */
  readonly accepts: readonly number[];
}

export type Health = ({ readonly url: string } | { readonly command: string }) & {
  /** Seconds that it may take until it is well. */
  readonly withinS: number;
};

/** What must be as it was when the plan was made: name → sha256, or what stood there. */
export interface Bound {
  readonly files: Readonly<Record<string, string>>;
  /** Variables that every command gets. */
  readonly environment: Readonly<Record<string, string>>;
  /** Answers of the commands that say which target it is. */
  readonly identity: Readonly<Record<string, string>>;
}

export type DeploymentState =
  | 'planned'
  | 'applying'
  | 'applied'
  | 'verified'
  | 'unhealthy'
  | 'failed'
  | 'outcome-unknown'
  | 'rolling-back'
  | 'rolled-back'
  | 'rollback-failed';

/** A plan and what became of it; its release has the plan's id. */
export interface Deployment {
  readonly plan: DeployPlan;
  /** Of the plan. */
  readonly digest: string;
  readonly state: DeploymentState;
  readonly note: string;
  readonly changedAtMs: number;
  /** The last one that was begun; without its process where the session ended before that was known. */
  readonly command?: Omit<FormerCommand, 'taskId'>;
}

/** What a list of releases tells of each: not what it was held to, which can be twenty thousand files, nor what its trial said. */
export type Release = Omit<Deployment, 'plan'> & { readonly plan: Omit<DeployPlan, 'bound' | 'difference'> };

/** A plan is good for so long. */
export const planLifetimeMs = 15 * 60_000;

/** States from which there is something to bring back. */
export const releasedStates: readonly DeploymentState[] = [
  'applying',
  'applied',
  'verified',
  'unhealthy',
  'failed',
  'outcome-unknown',
  'rolling-back',
  'rollback-failed',
];

/** Plans and releases, kept for all tasks of the user. What a method has answered for survives a kill of the process. */
export interface Deployments {
  /** A folder of our own for what a plan leaves to its apply. */
  folder(): Promise<string>;
  add(deployment: Deployment): Promise<void>;
  get(planId: string): Promise<Deployment | undefined>;
  /** Those of a workspace folder, newest first; plans that came to nothing are left out. */
  releases(root: string, limit: number): Promise<readonly Release[]>;
  /** False, and nothing is changed, where its state is none of `from` by now. */
  change(from: readonly DeploymentState[], to: Deployment): Promise<boolean>;
  /** Whether a person has allowed a target with this hash. */
  knows(targetHash: string): Promise<boolean>;
}
