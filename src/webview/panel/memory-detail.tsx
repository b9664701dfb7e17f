import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { MemoryDetail } from '../../protocol/panel.ts';
import { Icon, IconButton } from '../icon.tsx';
import { Citations } from './citations.tsx';
import { Evidence } from './evidence.tsx';
import { kindFaces } from './kinds.ts';
import { MemoryEditor } from './memory-editor.tsx';
import { marksOf } from './memory-row.tsx';
import { detail, select, selected, send, surroundings } from './panel-state.ts';
import { Recollections } from './recollections.tsx';
import { Trials } from './trials.tsx';
import { WorkflowView } from './workflow-view.tsx';

/** Everything known of one memory, and what can be done with it. */
export function MemoryDetailView(): VNode {
  const shown = detail.value;
  const heading = useRef<HTMLHeadingElement>(null);
  const there = shown !== undefined;
  const gone = shown === null;
  const restOnHeading = (): void => heading.current?.focus();
  useEffect(() => {
    if (there) restOnHeading();
  }, [there, gone]);
  return (
    <article class="detail scroll" aria-label="Memory">
      <div class="row">
        <IconButton icon="back" label="Back to the list" onClick={goBack} />
        {shown ? <Actions record={shown.record} shareWith={shown.shareWith} rest={restOnHeading} /> : null}
      </div>
      {shown === undefined ? <p class="quiet">Loading…</p> : null}
      {shown === null ? (
        <p ref={heading} tabIndex={-1}>
          This memory has been forgotten.
        </p>
      ) : null}
      {shown ? (
        <>
          <h2 ref={heading} tabIndex={-1}>
            <Icon name={kindFaces[shown.record.kind].icon} /> {shown.record.title}
          </h2>
          <Body shown={shown} rest={restOnHeading} />
        </>
      ) : null}
    </article>
  );
}

/** The focus goes to where one came from. */
function goBack(): void {
  const id = selected.value;
  select(null);
  requestAnimationFrame(() => document.getElementById(`memory ${id}`)?.focus());
}

interface ActionsProperties extends Pick<MemoryDetail, 'record' | 'shareWith'> {
  /** Takes the focus of a button that vanishes. */
  readonly rest: () => void;
}

function Actions({ record, shareWith, rest }: ActionsProperties): VNode {
  const restricted = surroundings.value?.trusted !== true;
  const { id, pinned, review, source } = record;
  return (
    <>
      {review && !pinned ? <Review id={id} restricted={restricted} rest={rest} /> : null}
      <button type="button" disabled={restricted} onClick={() => send({ type: 'pin', id, pinned: !pinned })}>
        {pinned ? 'Unpin' : 'Pin'}
      </button>
      {shareWith === null ? null : (
        <button type="button" disabled={restricted} onClick={() => send({ type: 'share', id })}>
          Share with {shareWith}…
        </button>
      )}
      <button type="button" disabled={restricted} onClick={() => send({ type: 'forget', choice: { ids: [id] } })}>
        Forget…
      </button>
      <button
        type="button"
        disabled={restricted}
        title={`All memories from ${source}`}
        onClick={() => send({ type: 'forget', choice: { source } })}
      >
        Forget all from this source…
      </button>
    </>
  );
}

interface ReviewProperties extends Pick<ActionsProperties, 'rest'> {
  readonly id: string;
  readonly restricted: boolean;
}

/** What was learned where words from outside were heard is told to no task before a person has looked at it. */
function Review({ id, restricted, rest }: ReviewProperties): VNode {
  const review = (accepted: boolean): void => {
    rest();
    send({ type: 'review', id, accepted });
  };
  return (
    <>
      <button type="button" disabled={restricted} onClick={() => review(true)}>
        Accept
      </button>
      <button type="button" disabled={restricted} onClick={() => review(false)}>
        Reject
      </button>
    </>
  );
}

function Body({ shown, rest }: Pick<ActionsProperties, 'rest'> & { readonly shown: MemoryDetail }): VNode {
  const [editing, setEditing] = useState(false);
  const { record, related, recollections } = shown;
  const endEditing = (): void => {
    rest();
    setEditing(false);
  };
  if (editing) return <MemoryEditor record={record} done={endEditing} />;
  return (
    <>
      <Facts record={record} related={related} />
      {record.workflow ? (
        <WorkflowView workflow={record.workflow} title={record.title} />
      ) : (
        <p class="plain text">{record.text}</p>
      )}
      <p>
        <button type="button" disabled={surroundings.value?.trusted !== true} onClick={() => setEditing(true)}>
          Edit
        </button>
      </p>
      {record.cites.length > 0 ? <h3>Citations</h3> : null}
      <Citations cites={record.cites} />
      <Evidence evidence={record.evidence} />
      <Trials trials={record.trials} />
      <Recollections recollections={recollections} id={record.id} />
    </>
  );
}

/** Where it comes from and where it holds. */
function Facts({ record, related }: Pick<MemoryDetail, 'record' | 'related'>): VNode {
  const { at, source, taskId, workspace, outcome } = record;
  const marks = marksOf(record);
  return (
    <dl class="facts">
      <dt>When</dt>
      <dd>{new Date(at).toLocaleString()}</dd>
      <dt>From</dt>
      <dd>
        {taskId === '' ? (
          source
        ) : (
          <button type="button" class="link" onClick={() => send({ type: 'open-task', taskId })}>
            {source}
          </button>
        )}
      </dd>
      <dt>Holds in</dt>
      <dd>{workspace === '' ? 'every folder' : workspace}</dd>
      {outcome === '' ? null : (
        <>
          <dt>Outcome</dt>
          <dd>{outcome}</dd>
        </>
      )}
      {marks.length === 0 ? null : (
        <>
          <dt>State</dt>
          <dd>{marks.join(', ')}</dd>
        </>
      )}
      {related.map(({ id, title }) => (
        <Related key={id} id={id} title={title} supersedes={record.workflow?.supersedes === id} />
      ))}
    </dl>
  );
}

interface RelatedProperties {
  readonly id: string;
  readonly title: string;
  readonly supersedes: boolean;
}

function Related({ id, title, supersedes }: RelatedProperties): VNode {
  return (
    <>
      <dt>{supersedes ? 'Supersedes' : 'Superseded by'}</dt>
      <dd>
        <button type="button" class="link" onClick={() => select(id)}>
          {title}
        </button>
      </dd>
    </>
  );
}
