import { redact } from '../security/redact.ts';
import type { TaskState } from './state.ts';

/** A task as Markdown to share: no file contents, nothing that looks like a key, and `home` only as ~. */
export function taskMarkdown(state: TaskState, home: string): string {
  const steps = [...state.steps.values()].map(
    ({ step, status, summary }) => `- **${step.title}** (${status}) ${summary}`,
  );
  const calls = [...state.calls.values()].map(
    (call) =>
      `- \`${call.name}\`: ${call.ended ? (call.ended.ok ? 'ok' : `failed: ${call.ended.content.split('\n', 1)[0]}`) : 'unanswered'}`,
  );
  const files = [...new Set(state.changes.map(({ path }) => path))].map((path) => `- ${path}`);
  const parts = [
    `# ${state.start.goal}`,
    `Status: ${state.ended?.status ?? 'open'}`,
    state.answer ?? state.ended?.summary ?? '',
    section('Plan', steps),
    section('Calls', calls),
    section('Files changed', files),
    `Tokens: ${state.usage.inputTokens} in, ${state.usage.outputTokens} out`,
  ];
  return `${withoutPrivateThings(parts.filter(Boolean).join('\n\n'), home)}\n`;
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `## ${title}\n\n${lines.join('\n')}`;
}

function withoutPrivateThings(text: string, home: string): string {
  // A terminal would obey control characters, and nobody reads them.
  const plain = text.replace(/[^\P{Cc}\n\t]/gu, '');
  return redact(home.length > 1 ? plain.replaceAll(home, '~') : plain);
}
