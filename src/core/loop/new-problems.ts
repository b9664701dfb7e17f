import type { Effect } from '../../protocol/effects.ts';
import type { Diagnostic, Editor, ProblemState, ProblemWatch } from '../editor-port.ts';
import { shownIn } from '../security/canonical-path.ts';
import type { ToolResult } from '../tools/tool.ts';

const mostShown = 8;
const longestMessage = 300;

/** Begun before a call that only changes files of the workspace; undefined where there is nothing to watch, or no editor. */
export function watchProblems(editor: Editor, effects: readonly Effect[]): ProblemWatch | undefined {
  const changed = effects.filter(({ verb, zone }) => (verb === 'write' || verb === 'delete') && zone === 'workspace');
  const changesFiles = effects.every(({ verb }) => verb === 'read' || verb === 'write' || verb === 'delete');
  if (changed.length === 0 || !changesFiles) return undefined;
  return editor.watchProblems?.(changed.map(({ object }) => object));
}

/** The result of an edit, with the problems that the editor shows since. */
export async function withNewProblems(
  watch: ProblemWatch | undefined,
  result: ToolResult,
  roots: readonly string[],
  signal: AbortSignal,
): Promise<ToolResult> {
  if (!watch) return result;
  if (!result.changes || result.changes.length === 0) {
    watch.stop();
    return result;
  }
  const after = await watch.after(signal);
  const said = wordsOf(watch, after, roots);
  return said === '' ? result : { ...result, content: `${result.content}\n${said}` };
}

function wordsOf(watch: ProblemWatch, after: ProblemState & { heard: boolean }, roots: readonly string[]): string {
  const { added, gone } = compareProblems(watch.before, after);
  const wentAway = gone === 0 ? '' : `${gone} ${gone === 1 ? 'problem is' : 'problems are'} gone.`;
  if (added.length === 0) return after.heard ? ['No new problems.', wentAway].filter(Boolean).join(' ') : '';
  const unseen = added.filter(({ path }) => watch.unseen.includes(path));
  const fresh = added.filter(({ path }) => !watch.unseen.includes(path));
  return [
    ...listOf('New problems since this edit:', fresh, roots),
    ...listOf('Problems in files that were not open before, so they may be older than this edit:', unseen, roots),
    ...(wentAway === '' ? [] : [wentAway]),
  ].join('\n');
}

function listOf(head: string, problems: readonly Diagnostic[], roots: readonly string[]): readonly string[] {
  if (problems.length === 0) return [];
  const rest = problems.length - mostShown;
  return [
    head,
    ...problems.slice(0, mostShown).map((each) => show(each, roots)),
    ...(rest > 0 ? [`(${rest} more: see diagnostics.)`] : []),
  ];
}

function show({ path, line, severity, message, source }: Diagnostic, roots: readonly string[]): string {
  // What the model calls by a relative path lies in the first folder.
  const shown = shownIn(path, roots.slice(0, 1)) ?? path;
  return `${shown}:${line}: ${severity}: ${message.slice(0, longestMessage)}${source === '' ? '' : ` (${source})`}`;
}

/**
 * Problems that are there only afterwards, errors first. The same words in the same file are the same problem, wherever its
 * line went; of several, those that moved as the end of the file did, or stayed, are the old ones.
 */
export function compareProblems(
  before: ProblemState,
  after: ProblemState,
): { readonly added: readonly Diagnostic[]; readonly gone: number } {
  const old = Map.groupBy(before.problems.filter(isSevere), keyOf);
  const added: Diagnostic[] = [];
  let matched = 0;
  for (const [key, present] of Map.groupBy(after.problems.filter(isSevere), keyOf)) {
    const path = present[0]?.path ?? '';
    const moved = (after.lines.get(path) ?? 0) - (before.lines.get(path) ?? after.lines.get(path) ?? 0);
    const left = unmatched(old.get(key) ?? [], present, moved);
    matched += present.length - left.length;
    added.push(...left);
  }
  const gone = before.problems.filter(isSevere).length - matched;
  return { added: added.sort((a, b) => rank(a) - rank(b)), gone };
}

function unmatched(old: readonly Diagnostic[], present: readonly Diagnostic[], moved: number): readonly Diagnostic[] {
  let rest = [...old];
  let left = [...present];
  for (const fits of [
    (a: Diagnostic, b: Diagnostic) => b.line === a.line + moved,
    (a: Diagnostic, b: Diagnostic) => b.line === a.line,
    () => true,
  ]) {
    const still: Diagnostic[] = [];
    for (const each of left) {
      const partner = rest.find((one) => fits(one, each));
      if (partner) rest = rest.filter((one) => one !== partner);
      else still.push(each);
    }
    left = still;
  }
  return left;
}

function isSevere({ severity }: Diagnostic): boolean {
  return severity === 'error' || severity === 'warning';
}

function rank({ severity }: Diagnostic): number {
  return severity === 'error' ? 0 : 1;
}

function keyOf({ path, severity, message, source }: Diagnostic): string {
  return JSON.stringify([path, severity, message, source]);
}
