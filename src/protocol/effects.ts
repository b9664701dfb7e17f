/** What a call would do, on canonical objects; one policy decides on effects alone. */
export interface Effect {
  readonly verb: 'read' | 'write' | 'delete' | 'run' | 'connect' | 'remember' | 'forget' | 'deploy' | 'control';
  /** Canonical: the real path of a file, the command text, or the origin that is reached ("https://example.com:443"). */
  readonly object: string;
  /** Where the object lies: inside a workspace folder, outside all of them, or OpenMagus's own. */
  readonly zone: 'workspace' | 'outside' | 'own';
  /** Why this effect asks in every mode, when it does: the name of the protected thing. */
  readonly protects?: string;
  /** Of a `run`: every program in it only reads, and the places it reads are effects of their own. It is run so that it can do no more. */
  readonly readsOnly?: true;
  /** Of a `run`: in the sandbox, which lets it write only inside the workspace and reach only the allowed hosts. */
  readonly confined?: true;
  /**
   * Of a `read`: the sha256 of what there decides what runs; of others: of what a yes holds for, where the object does not say all
   * of it.
   */
  readonly content?: string;
  /** Of a `read`: why nobody can tell what will run; no approval and no rule about exactly this holds for another time. */
  readonly unseen?: string;
  /** Of a `run` or `connect`: a person allowed this very program or server for good, by its hash. */
  readonly approvedBefore?: true;
  /** Of a `connect`: the server was started by a command of this task, or a page of that host was opened in it, as allowed. */
  readonly inTask?: 'served' | 'opened';
  /** What it brings back was written elsewhere, though it reaches no host itself: an MCP server's answer. */
  readonly fromOutside?: true;
  /** Of a `deploy`: all that was planned, in lines for a person; rendered by us. */
  readonly shown?: string;
  /** Of a `run`: each simple command in it, however deep. */
  readonly commands?: readonly EffectCommand[];
  /**
   * Of a `run`: what it does beside its commands, or what makes their words mean something else (a variable, a function, a file that
   * is written), in words for a person; no rule about first words allows it.
   */
  readonly beside?: string;
}

export interface EffectCommand {
  /** A word that is only known when it runs stands as it was written. */
  readonly words: readonly string[];
  readonly readsOnly?: true;
  /** Where it may run, if not just in the folder of the run; none: that is only known when it runs. */
  readonly folders?: readonly string[];
}

/** What an answer brings into the context of a model; what is not said is as in the trusted workspace. */
export interface Label {
  /** Where it came from, in words for a person: an address, a path, a command. */
  readonly source: string;
  readonly integrity?: 'untrusted';
  readonly secrecy?: 'secret';
}

/** For a person to read: what concerns something protected or lies outside first, what is only read last. */
export function riskyFirst(effects: readonly Effect[]): readonly Effect[] {
  const weight = ({ protects, zone, verb }: Effect): number =>
    protects !== undefined ? 0 : zone === 'outside' ? 1 : verb === 'read' ? 3 : 2;
  return effects.toSorted((left, right) => weight(left) - weight(right));
}

export interface Decision {
  readonly decision: 'allow' | 'ask' | 'deny';
  readonly rule: string;
  readonly reason: string;
  /** Asks in every approval mode. */
  readonly always: boolean;
}
