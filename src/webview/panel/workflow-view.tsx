import type { VNode } from 'preact';
import type { Workflow } from '../../protocol/memory.ts';
import { Icon } from '../icon.tsx';
import { Graph, type ShownNode } from './graph.tsx';
import { send } from './panel-state.ts';
import { Outcomes } from './workflow-row.tsx';
import { costWords, successWords, timeWords, tokenWords } from './workflow-words.ts';

const mostGoals = 3;

/** A workflow: the goals it reached, what it needs, its steps; how often it worked, what it takes, each use. */
export function WorkflowView({ workflow, title }: { readonly workflow: Workflow; readonly title: string }): VNode {
  return (
    <>
      <p>
        <strong>{capital(successWords(workflow))}</strong>
        {workflow.outcomes.length > 0 ? <span class="quiet"> · on average {costWords(workflow.outcomes)}</span> : null}
      </p>
      <Outcomes outcomes={workflow.outcomes} />
      <Graph nodes={nodesOf(workflow, title)} label="Workflow graph" />
      <h3>History</h3>
      <section class="table" tabIndex={0} aria-label="History">
        <table>
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Outcome</th>
              <th scope="col">Turns</th>
              <th scope="col">Tokens</th>
              <th scope="col">Cost</th>
              <th scope="col">Time</th>
            </tr>
          </thead>
          <tbody>
            {[...workflow.outcomes].reverse().map((outcome) => (
              <Use key={outcome.taskId} outcome={outcome} />
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

function Use({ outcome }: { readonly outcome: Workflow['outcomes'][number] }): VNode {
  const { taskId, at, success, turns, tokens, usd, ms } = outcome;
  return (
    <tr>
      <td>
        <button type="button" class="link" onClick={() => send({ type: 'open-task', taskId })}>
          {at.slice(0, 10)}
        </button>
      </td>
      <td>
        <span class={success ? 'state verified' : 'state failed'}>
          <Icon name={success ? 'verified' : 'close'} />
        </span>{' '}
        {success ? 'worked' : 'failed'}
      </td>
      <td>{turns}</td>
      <td>{tokenWords(tokens).replace(' tokens', '')}</td>
      <td>{usd > 0 ? `$${usd.toFixed(3)}` : 'not told'}</td>
      <td>{timeWords(ms)}</td>
    </tr>
  );
}

/** Goals above, then what it needs, then one step after the other. */
function nodesOf({ goals, preconditions, steps }: Workflow, title: string): readonly ShownNode[] {
  const tasks = (goals.length > 0 ? goals : [title]).slice(0, mostGoals);
  const goalNodes = tasks.map((goal, index) => ({
    id: `goal ${index}`,
    after: [],
    title: goal,
    told: index === mostGoals - 1 && goals.length > mostGoals ? `and ${goals.length - mostGoals} more goals` : 'goal',
    look: 'goal',
  }));
  const needNodes = preconditions.map((need, index) => ({
    id: `need ${index}`,
    after: goalNodes.map(({ id }) => id),
    title: need,
    told: 'needs',
    look: 'need',
  }));
  const above = (needNodes.length > 0 ? needNodes : goalNodes).map(({ id }) => id);
  const stepNodes = steps.map(({ tool, action }, index) => ({
    id: `step ${index}`,
    after: index === 0 ? above : [`step ${index - 1}`],
    title: action,
    told: tool,
  }));
  return [...goalNodes, ...needNodes, ...stepNodes];
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
