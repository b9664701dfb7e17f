import type { VNode } from 'preact';
import { ApprovalCard } from './approval-card.tsx';
import { Chart } from './chart.tsx';
import type { ToolItem } from './chat-items.ts';
import { CodeBlock } from './code-block.tsx';
import { Icon, type IconName } from './icon.tsx';
import { Remembered } from './remembered.tsx';
import { shownArguments } from './shown-arguments.ts';
import { outputOf, send } from './state.ts';

interface ToolProperties {
  readonly tool: ToolItem;
  readonly taskId: string;
}

/** One call: closed, it is a line; open, arguments and result. One that is asked for is a card with its answers. */
export function ToolCard({ tool, taskId }: ToolProperties): VNode {
  const state = stateOf(tool);
  if (state === 'asks') return <ApprovalCard tool={tool} taskId={taskId} />;
  return (
    <div class="tool">
      <details>
        <summary>
          <span class={`state ${state}`}>
            <Icon name={icons[state]} spinning={state === 'runs'} />
          </span>
          <span class="title">{tool.title}</span>
          <span class={state === 'done' ? 'for-screen-readers' : 'quiet'}>{words[state]}</span>
          {tool.ended && state !== 'denied' ? <span class="quiet">{duration(tool.ended.durationMs)}</span> : null}
        </summary>
        <Details tool={tool} taskId={taskId} />
      </details>
      {tool.ended?.chart ? <Chart chart={tool.ended.chart} title={tool.title} /> : null}
      <Pictures tool={tool} />
      <Files tool={tool} taskId={taskId} />
      {tool.ended ? null : <LiveOutput callId={tool.callId} />}
    </div>
  );
}

function Details({ tool, taskId }: ToolProperties): VNode {
  const { approval, ended } = tool;
  return (
    <div class="inside">
      <p class="quiet">
        {tool.name}
        {ended?.exitCode === undefined || ended.exitCode === null ? '' : ` · exit code ${ended.exitCode}`}
        {approval?.allowed === undefined
          ? ''
          : ` · ${approval.allowed ? 'allowed' : 'denied'} by ${approval.by === 'rule' ? 'a rule' : 'you'}`}
      </p>
      {tool.arguments ? (
        <>
          <p class="label">Arguments</p>
          <CodeBlock {...shownArguments(tool.name, tool.arguments)} />
        </>
      ) : null}
      {ended ? (
        <>
          <p class="label">Result</p>
          <CodeBlock text={(ended.error?.message ?? ended.content) || '(empty)'} language="" />
          {ended.advice ? <Remembered text={ended.advice} /> : null}
          <button type="button" class="link" onClick={() => send({ type: 'show-result', taskId, callId: tool.callId })}>
            Open the whole result
          </button>
        </>
      ) : null}
    </div>
  );
}

function Pictures({ tool }: { readonly tool: ToolItem }): VNode | null {
  const images = tool.ended?.images ?? [];
  if (images.length === 0) return null;
  return (
    <div class="pictures">
      {images.map((image, index) => (
        <img key={index} src={image} alt={tool.title} />
      ))}
    </div>
  );
}

/** Each changed file opens as a diff. */
function Files({ tool, taskId }: ToolProperties): VNode | null {
  const paths = tool.ended?.paths ?? [];
  if (paths.length === 0) return null;
  return (
    <ul class="files" aria-label="Changed files">
      {paths.map((path) => (
        <li key={path}>
          <button
            type="button"
            class="link"
            title={path}
            aria-label={`Show what changed in ${path}`}
            onClick={() => send({ type: 'diff', taskId, callId: tool.callId, path })}
          >
            <Icon name="diff" /> {path.split(/[\\/]/).at(-1)}
          </button>
        </li>
      ))}
    </ul>
  );
}

function LiveOutput({ callId }: { readonly callId: string }): VNode | null {
  const output = outputOf(callId).value;
  if (!output) return null;
  return (
    <section class="code live-output" tabIndex={0} aria-label="Live output">
      <pre>{output.trimEnd().split('\n').slice(-8).join('\n')}</pre>
    </section>
  );
}

type ToolState = 'asks' | 'runs' | 'done' | 'failed' | 'denied';
const icons: Readonly<Record<ToolState, IconName>> = {
  asks: 'ask',
  runs: 'spin',
  done: 'check',
  failed: 'close',
  denied: 'denied',
};
const words: Readonly<Record<ToolState, string>> = {
  asks: 'waits for you',
  runs: 'running',
  done: 'done',
  failed: 'failed',
  denied: 'denied',
};

function stateOf(tool: ToolItem): ToolState {
  if (tool.approval?.allowed === false) return 'denied';
  if (tool.ended) return tool.ended.ok ? 'done' : 'failed';
  return tool.approval && tool.approval.allowed === undefined ? 'asks' : 'runs';
}

function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
