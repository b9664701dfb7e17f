import type { Decision, Effect } from '../../protocol/effects.ts';
import { hostIsListed } from './host-list.ts';
import type { Policy, Taint } from './policy.ts';
import { userRuleFor } from './user-rules.ts';

/**
 * The policy: what may happen without asking, what asks, what never happens. It sees effects alone, never tool names. Of several
 * effects the strictest verdict counts. `effectHash` is the hash of the effects as a whole, for rules about one exact effect.
 */
export function decide(effects: readonly Effect[], taint: Taint, policy: Policy, effectHash = ''): Decision {
  const exactly = effects.some(({ unseen }) => unseen !== undefined) ? '' : effectHash;
  const verdicts = effects.map((effect) => {
    const builtIn = decideOne(effect, taint, policy);
    return userRuleFor(effect, builtIn, policy.rules, exactly) ?? builtIn;
  });
  return (
    verdicts.find((verdict) => verdict.decision === 'deny') ??
    verdicts.find((verdict) => verdict.always) ??
    verdicts.find((verdict) => verdict.decision === 'ask') ??
    // What it does says more about a call than what it looks at on the way.
    verdicts.find((_, index) => effects[index]?.verb !== 'read') ??
    verdicts[0] ??
    allow('no-effect', 'It changes nothing.')
  );
}

function decideOne(effect: Effect, taint: Taint, policy: Policy): Decision {
  const changes = effect.verb === 'write' || effect.verb === 'delete';
  if (changes && effect.zone === 'own') {
    return deny('own-data', "It would change OpenMagus's own data, which no task may touch.");
  }
  const acts = effect.verb === 'run' || effect.verb === 'connect' || effect.verb === 'deploy';
  const remembers = effect.verb === 'remember' || effect.verb === 'forget';
  if (!policy.trusted && (changes || remembers || acts)) {
    return deny(
      'untrusted-workspace',
      'The workspace is not trusted, so tasks may only read. Trust the workspace to allow changes and commands.',
    );
  }
  if (effect.verb === 'deploy') return ask('deploy', `It changes what runs elsewhere: ${effect.object}.`, true);
  if (effect.protects !== undefined) {
    return ask('protected', `It concerns ${effect.protects}, which is asked for in every mode.`, true);
  }
  if (effect.approvedBefore) return allow('approved-before', 'You allowed exactly this before.');
  if (effect.verb === 'control') return allow('control', 'It only steers the task itself.');
  if (effect.verb === 'connect') return decideConnection(effect, taint, policy);
  if (effect.zone === 'outside') {
    return ask('outside-workspace', `${effect.object} lies outside the workspace.`, true);
  }
  if (effect.verb === 'read') return allow('read', 'It only reads inside the workspace.');
  if (effect.verb === 'run') return decideRun(effect, taint);
  if (effect.verb === 'remember') return ask('remember', 'It keeps a fact for later tasks.', false);
  return ask('change-file', `It changes ${effect.object}.`, false);
}

function decideRun(effect: Effect, taint: Taint): Decision {
  if (effect.readsOnly) return allow('read-only-command', 'It runs programs that only read.');
  if (taint.integrity === 'untrusted' && !effect.confined) {
    return ask('untrusted-context', 'Text from outside has been read, and it runs outside a sandbox.', true);
  }
  return effect.confined
    ? ask('run-confined', 'It runs a command in the sandbox.', false)
    : ask('run-command', 'It runs a command on this computer.', false);
}

/** Text from outside beside a secret: together with a way out that is one thing too many. */
function decideConnection(effect: Effect, taint: Taint, policy: Policy): Decision {
  if (taint.integrity === 'untrusted' && taint.secrecy === 'secret')
    return ask('secret-in-context', 'A file with secrets has been read, and text from outside.', true);
  if (effect.inTask === 'served') return allow('own-server', 'A command of this task serves it, on this machine.');
  if (effect.inTask === 'opened')
    return allow('opened-before', 'A page of this host was opened in this task, as allowed.');
  const host = URL.parse(effect.object)?.hostname;
  if (host !== undefined && hostIsListed(host, policy.hosts)) {
    return allow('allowed-host', `${host} is on the list of allowed hosts.`);
  }
  return ask('egress', `${effect.object} is not on the list of allowed hosts.`, true);
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
