import * as vscode from 'vscode';
import type { applyEvent } from '../../core/task/reduce.ts';
import type { TaskState } from '../../core/task/state.ts';
import type { PlanPicture } from '../../protocol/panel.ts';
import type { LoggedEvent, TaskEvent } from '../../protocol/task-event.ts';
import type { TaskService } from '../task-service.ts';

const mostGoal = 300;
const mostSummary = 300;
const changesThePlan: ReadonlySet<TaskEvent['type']> = new Set([
  'plan-proposed',
  'plan-resolved',
  'plan-changed',
  'step-started',
  'step-ended',
  'task-resumed',
  'task-ended',
]);

/** The plan of one task as it stands: the log folded once, then each event as it comes. */
export class PlanFollower implements vscode.Disposable {
  readonly #tasks: TaskService;
  /** The task that the chat shows. */
  readonly #shown: () => string | null;
  readonly #changes = new vscode.EventEmitter<void>();
  readonly #subscription: vscode.Disposable;
  readonly onChange = this.#changes.event;
  #taskId: string | undefined;
  #state: TaskState | undefined;
  #apply: typeof applyEvent | undefined;
  #lastSeq = 0;
  /** Of the while in which the log is being read. */
  #early: LoggedEvent[] = [];

  constructor(tasks: TaskService, shown: () => string | null) {
    this.#tasks = tasks;
    this.#shown = shown;
    this.#subscription = tasks.onEvent((event) => this.#take(event));
  }

  /** null: there is no task yet. */
  picture(): PlanPicture | null {
    const state = this.#state;
    if (!state) return null;
    const steps = [...state.steps.values()].map(({ step, status, summary }) => ({
      id: step.id,
      title: step.title,
      after: step.after,
      state: status,
      summary: summary.slice(0, mostSummary),
    }));
    const { taskId, start, plan } = state;
    return { taskId, goal: start.goal.slice(0, mostGoal), steps, status: plan?.status ?? 'none' };
  }

  /** Follows the task that the chat shows, else one that runs, else the latest. */
  async choose(): Promise<void> {
    const taskId = this.#shown() ?? this.#tasks.running()[0] ?? (await this.#tasks.tasks())[0]?.taskId;
    if (taskId === undefined || taskId === this.#taskId) return;
    this.#taskId = taskId;
    this.#state = undefined;
    this.#early = [];
    const reduce = await import('../../core/task/reduce.ts');
    const events = await this.#tasks.events(taskId);
    if (taskId !== this.#taskId) return;
    this.#state = reduce.foldEvents(taskId, events);
    this.#apply = reduce.applyEvent;
    this.#lastSeq = events.at(-1)?.seq ?? 0;
    for (const event of this.#early.splice(0)) this.#take(event);
    this.#changes.fire();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changes.dispose();
  }

  #take(logged: LoggedEvent): void {
    const { taskId, seq, event } = logged;
    if (taskId !== this.#taskId) return;
    if (!this.#state) this.#early.push(logged);
    else if (seq > this.#lastSeq) {
      this.#lastSeq = seq;
      this.#apply?.(this.#state, event);
      if (changesThePlan.has(event.type)) this.#changes.fire();
    }
  }
}
