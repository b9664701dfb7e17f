import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { MemoryRecord } from '../../protocol/memory.ts';
import { send } from './panel-state.ts';

interface EditorProperties {
  readonly record: MemoryRecord;
  readonly done: () => void;
}

/** Title and text in fields. What a workflow says follows from its uses, so only its title can be edited. */
export function MemoryEditor({ record, done }: EditorProperties): VNode {
  const [title, setTitle] = useState(record.title);
  const [text, setText] = useState(record.text);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <form
      class="editor"
      aria-label="Edit the memory"
      onSubmit={(event) => {
        event.preventDefault();
        send({ type: 'edit', id: record.id, title: title.trim(), text });
        done();
      }}
    >
      <label>
        Title
        <input
          ref={field}
          value={title}
          maxLength={300}
          onInput={({ currentTarget }) => setTitle(currentTarget.value)}
        />
      </label>
      {record.workflow ? null : (
        <label>
          Text
          <textarea
            rows={10}
            value={text}
            maxLength={1_000_000}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        </label>
      )}
      <div class="row">
        <button type="submit" class="primary" disabled={title.trim() === ''}>
          Save
        </button>
        <button type="button" onClick={done}>
          Discard
        </button>
      </div>
    </form>
  );
}
