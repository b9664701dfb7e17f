import type { KindName, TargetSettings } from './deploy-file.ts';
import type { Reads } from './hash-files.ts';

/** A way to deploy, as one row: which program, how its targets are found and what is run for one. */
export interface DeployKind {
  readonly name: KindName;
  /** What must be on the PATH; the first one is asked for its version. */
  readonly programs: readonly string[];
  /** Told of where they are on the PATH, missed by nobody where they are not. */
  readonly optionalPrograms?: readonly string[];
  readonly version: readonly string[];
  /** What that version is of, where it is not the first program itself. */
  readonly versionName?: string;
  /** The oldest version whose words these are: "3.13". */
  readonly least?: string;
  /** How to get the programs, for a person. */
  readonly install: string;
  /** Settings that must be given, since no file of the project says them. */
  readonly needs: readonly (keyof TargetSettings)[];
  /** Targets that files of the project show by themselves, by name. */
  detect(look: Look): Promise<Readonly<Record<string, Omit<TargetSettings, 'kind'>>>>;
  recipe(site: Site): Recipe;
}

/** Looks at files of the project; paths are relative to its folder. */
export interface Look {
  has(path: string): Promise<boolean>;
  text(path: string): Promise<string | undefined>;
  /** Names of the files in a folder, sorted. */
  names(folder: string): Promise<readonly string[]>;
}

export interface Site {
  readonly settings: TargetSettings;
  readonly environment: string;
  readonly planId: string;
  /** A folder of our own, outside the project. */
  readonly folder: string;
  /** Absolute path of each program that is there. */
  program(name: string): string | undefined;
}

/** Everything that will be run for a target, known before anything runs. */
export interface Recipe {
  readonly object: string;
  /** The name of the environment changes what is run; else it is only a name. */
  readonly byEnvironment?: true;
  /** Files and folders whose contents count, relative to the project. */
  readonly files: readonly string[];
  /** Its programs read `all` of them, also what others leave out, or what is `linked` as well. */
  readonly reads?: Reads;
  /** Files that can have the questions fetch from hosts, or read files, which they name: others make it another target. */
  readonly steeredBy?: readonly string[];
  /** What the questions run, fetch or read stands in files that may lie anywhere in the project: they are asked for each time. */
  readonly steeredAnywhere?: true;
  /** Further places that the answers, by their labels, name; absolute. Those outside the project do not count. */
  alsoReads?(answers: ReadonlyMap<string, string>): readonly string[];
  /** What the trial leaves for the apply, absolute; its content counts from then on. */
  readonly artefact?: string;
  /** Their answers say which target it is, and in which state; asked again right before the apply. */
  readonly identity: readonly Question[];
  /** Asked once, so that the way back is known. */
  readonly past: readonly Question[];
  /** The program's own trial or comparison. */
  readonly trial: readonly Question[];
  /** Why there is no trial, or what it leaves out. */
  readonly untried?: string;
  readonly apply: readonly Command[];
  /** The way back, from the answers by their labels. */
  rollback(answers: ReadonlyMap<string, string>): { readonly commands: readonly Command[]; readonly note: string };
  /** How to see that it works, where the project does not say. */
  check?(answers: ReadonlyMap<string, string>): readonly Command[];
}

export interface Command {
  readonly words: readonly string[];
  readonly accepts?: readonly number[];
}

export interface Question extends Command {
  readonly label: string;
  /** The part of what it says that counts; undefined: it does not say it. */
  pick?(output: string): string | undefined;
  /** What a person can do where it fails. */
  readonly help?: string;
  /** It may fail; its answer is then empty. */
  readonly optional?: true;
  /** Applying changes it, so a rollback is not held to it. */
  readonly moves?: true;
}
