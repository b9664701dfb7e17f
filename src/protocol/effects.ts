/** What a call would do, on canonical objects; one policy decides on effects alone. */
export interface Effect {
  readonly verb: 'read' | 'write' | 'delete' | 'run' | 'remember' | 'forget' | 'control';
  /** Canonical: the real path of a file, or the command text. */
  readonly object: string;
  /** Where the object lies: inside a workspace folder, outside all of them, or OpenMagus's own. */
  readonly zone: 'workspace' | 'outside' | 'own';
  /** Why this effect asks in every mode, when it does: the name of the protected thing. */
  readonly protects?: string;
}

export interface Decision {
  readonly decision: 'allow' | 'ask' | 'deny';
  readonly rule: string;
  readonly reason: string;
  /** Asks in every approval mode. */
  readonly always: boolean;
}
