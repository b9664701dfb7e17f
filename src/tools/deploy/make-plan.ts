import { boundEnvironment, digestOf } from '../../core/deploy/bound.ts';
import { deployFile } from '../../core/deploy/deploy-file.ts';
import type { Question } from '../../core/deploy/deploy-kind.ts';
import type { Deployment, DeployPlan, Health } from '../../core/deploy/deployment.ts';
import { hashFiles } from '../../core/deploy/hash-files.ts';
import { shortened } from '../../core/deploy/render-plan.ts';
import { MagusError } from '../../core/errors/magus-error.ts';
import { shownIn } from '../../core/security/canonical-path.ts';
import { redact } from '../../core/security/redact.ts';
import { type Place, runLine } from './run-line.ts';
import type { RecipeFor, Recipes } from './wanted-target.ts';

const questionMs = 60_000;
const trialMs = 300_000;
const usualHealthS = 30;
const longestIdentity = 400;

export interface Wanted extends RecipeFor {
  readonly recipes: Recipes;
  readonly targetHash: string;
  readonly known: boolean;
}

/** Asks the target, tries what can be tried and binds it all to a digest. Nothing of the target is changed. */
export async function makePlan(place: Place, wanted: Wanted, signal: AbortSignal): Promise<Deployment> {
  const { ports, scope, root } = place;
  const { recipe, line } = wanted.recipes;
  // Before the trial: what changes while it runs is then noticed.
  const places = [...recipe.files, deployFile];
  const files = await hashFiles(ports, root, places, recipe.reads);
  const absent = recipe.files.find((file) => file === wanted.settings.source && files[file] === 'missing');
  if (absent !== undefined)
    throw new MagusError('tool-input', `${absent}, which ${wanted.target} deploys, is not there. Make it first.`, {
      code: 'NO_SOURCE',
    });
  const identity = await answersTo(place, wanted.recipes, wanted.recipes.identity, 'identity', signal);
  const past = await answersTo(place, wanted.recipes, recipe.past, 'past', signal);
  const trial = await answersTo(place, wanted.recipes, recipe.trial, 'trial', signal);
  const answers = new Map([...Object.entries(identity), ...Object.entries(past), ...Object.entries(trial)]);
  const also = (recipe.alsoReads?.(answers) ?? []).filter((file) => shownIn(file, [root]) !== undefined);
  const later = [...also, ...(recipe.artefact === undefined ? [] : [recipe.artefact])];
  const left = await hashFiles(ports, root, later, recipe.reads);
  const { commands, note } = recipe.rollback(answers);
  const { settings, target, environment, planId, targetHash, known } = wanted;
  const health = healthOf(wanted, answers);
  const tried = Object.entries(trial).map(
    ([label, said]) => `${label}:\n${said.trim() || '(it says nothing: no difference)'}`,
  );
  const plan: DeployPlan = {
    planId,
    taskId: scope.taskId,
    target,
    settings,
    environment,
    environmentCounts: recipe.byEnvironment === true || settings.environment !== undefined,
    object: recipe.object,
    names: namesOf(wanted, identity),
    root,
    madeAtMs: ports.clock.now(),
    apply: recipe.apply.map(line),
    rollback: { commands: commands.map(line), note },
    ...(health === undefined ? {} : { health }),
    difference: shortened([...tried, ...(recipe.untried === undefined ? [] : [recipe.untried])].join('\n')),
    places: [...places, ...later],
    ...(recipe.reads === undefined ? {} : { reads: recipe.reads }),
    bound: {
      files: { ...files, ...left },
      environment: boundEnvironment(ports.hash, ports.commands.environment()),
      identity,
    },
    targetHash,
    known,
  };
  const digest = digestOf(ports.hash, plan);
  const deployment: Deployment = { plan, digest, state: 'planned', note: '', changedAtMs: plan.madeAtMs };
  await ports.deployments.add(deployment);
  return deployment;
}

/** What each question is answered, by its label. Throws where one that must succeed does not. */
export async function answersTo(
  place: Place,
  { line }: Recipes,
  questions: readonly Question[],
  part: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const answers: Record<string, string> = {};
  for (const [index, question] of questions.entries()) {
    const run = { ...line(question), part: `${part}-${index}`, timeoutMs: part === 'trial' ? trialMs : questionMs };
    const { ok, output, raw, exitCode } = await runLine(place, { ...run, shown: part === 'trial' }, signal);
    const picked = ok ? (question.pick ? question.pick(raw) : raw.trim()) : undefined;
    if (picked === undefined && !question.optional) {
      const how = ok ? 'does not say what it should' : `ended with exit code ${exitCode ?? 'by a signal'}`;
      throw new MagusError(
        'tool-failed',
        `${question.label}: ${run.line} ${how}.\n${shortened(output)}\n${question.help ?? 'Mend that.'} Nothing was changed; plan again then.`,
        { code: part === 'trial' ? 'TRIAL_FAILED' : 'TARGET_UNKNOWN' },
      );
    }
    const answer = comparable(place.ports, picked ?? '');
    answers[question.label] = part === 'identity' ? brief(place.ports, answer) : answer;
  }
  return answers;
}

/** Without secrets, and still another text where the secret is another. */
function comparable({ hash, secrets }: Place['ports'], answer: string): string {
  const clean = redact(answer, secrets());
  return clean === answer ? answer : `${clean} (${hash.sha256(answer).slice(0, 12)})`;
}

/** Long answers, such as rendered files, only need to be told apart. */
function brief({ hash }: Place['ports'], answer: string): string {
  return answer.length <= longestIdentity
    ? answer
    : `${answer.split('\n').length} lines, ${hash.sha256(answer).slice(0, 16)}`;
}

function healthOf({ settings, recipes }: Wanted, answers: ReadonlyMap<string, string>): Health | undefined {
  const { health } = settings;
  const withinS = health?.within_s ?? usualHealthS;
  if (health !== undefined)
    return 'url' in health ? { url: health.url, withinS } : { command: health.command, withinS };
  const checks = recipes.recipe.check?.(answers) ?? [];
  return checks.length === 0
    ? undefined
    : { command: checks.map((check) => recipes.line(check).line).join(' && '), withinS: 120 };
}

/** Everything by which a person may call where it goes. */
function namesOf(
  { target, environment, settings }: Wanted,
  identity: Readonly<Record<string, string>>,
): readonly string[] {
  const { host, path, context, namespace, release, image, app, project, workflow, ref } = settings;
  const said = [host, host?.split('@').at(-1), path, context, namespace, release, image, app, project, workflow, ref];
  const { program: _own, ...others } = identity;
  const words = Object.values(others).flatMap((value) => value.split(/[\s=",;{}]+/));
  return [...new Set([environment, target, ...said.filter((name) => name !== undefined), ...words])]
    .filter((name) => name !== '')
    .slice(0, 100);
}
