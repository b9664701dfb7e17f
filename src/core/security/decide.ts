import type { Decision, Effect } from '../../protocol/effects.ts';

/** The policy: what may happen without asking, what asks, what never happens. It sees effects alone, never tool names. */
export function decide(effects: readonly Effect[], context: { readonly trusted: boolean }): Decision {
  const verdicts = effects.map((effect) => decideOne(effect, context.trusted));
  return (
    verdicts.find((verdict) => verdict.decision === 'deny') ??
    verdicts.find((verdict) => verdict.always) ??
    verdicts.find((verdict) => verdict.decision === 'ask') ??
    verdicts[0] ??
    allow('no-effect', 'It changes nothing.')
  );
}

function decideOne(effect: Effect, trusted: boolean): Decision {
  const changes = effect.verb === 'write' || effect.verb === 'delete';
  if (changes && effect.zone === 'own') {
    return deny('own-data', "It would change OpenMagus's own data, which no task may touch.");
  }
  const remembers = effect.verb === 'remember' || effect.verb === 'forget';
  if (!trusted && (changes || remembers || effect.verb === 'run')) {
    return deny(
      'untrusted-workspace',
      'The workspace is not trusted, so tasks may only read. Trust the workspace to allow changes and commands.',
    );
  }
  if (effect.protects !== undefined) {
    return ask('protected', `It concerns ${effect.protects}, which is asked for in every mode.`, true);
  }
  if (effect.verb === 'control') return allow('control', 'It only steers the task itself.');
  if (effect.zone === 'outside') {
    return ask('outside-workspace', `${effect.object} lies outside the workspace.`, true);
  }
  if (effect.verb === 'read') return allow('read', 'It only reads inside the workspace.');
  if (effect.verb === 'run') return ask('run-command', 'It runs a command on this computer.', false);
  if (effect.verb === 'remember') return ask('remember', 'It keeps a fact for later tasks.', false);
  return ask('change-file', `It changes ${effect.object}.`, false);
}

function allow(rule: string, reason: string): Decision {
  return { decision: 'allow', rule, reason, always: false };
}

function ask(rule: string, reason: string, always: boolean): Decision {
  return { decision: 'ask', rule, reason, always };
}

function deny(rule: string, reason: string): Decision {
  return { decision: 'deny', rule, reason, always: false };
}
