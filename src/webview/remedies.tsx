import type { ComponentChildren, VNode } from 'preact';
import type { ErrorKind } from '../protocol/error-kinds.ts';
import { goesOn, type Remedy, remediesOf, remedyWords } from '../protocol/remedies.ts';
import { restOnConversation } from './focus.ts';
import { send } from './state.ts';

interface RemediesProperties {
  readonly kind: ErrorKind;
  readonly code: string | undefined;
  /** The task to go on with; without one that is not offered. */
  readonly taskId: string | undefined;
  readonly dismiss?: () => void;
  readonly children?: ComponentChildren;
}

/** Buttons that open the place where a failure can be mended. */
export function Remedies({ kind, code, taskId, dismiss, children }: RemediesProperties): VNode {
  const offered = remediesOf(kind, code).filter((remedy) => !goesOn(remedy) || taskId !== undefined);
  const choose = (remedy: Remedy): void => {
    const goes = goesOn(remedy) && taskId !== undefined;
    // These buttons vanish with it, and a failure with whatever is done next.
    if (goes || dismiss) restOnConversation();
    send(goes ? { type: 'resume', taskId } : { type: 'remedy', remedy });
  };
  return (
    <div class="row">
      {offered.map((remedy, index) => (
        <button key={remedy} type="button" class={index === 0 ? 'primary' : ''} onClick={() => choose(remedy)}>
          {remedyWords[remedy]}
        </button>
      ))}
      {children}
      {dismiss ? (
        <button
          type="button"
          onClick={() => {
            restOnConversation();
            dismiss();
          }}
        >
          Dismiss
        </button>
      ) : null}
    </div>
  );
}
