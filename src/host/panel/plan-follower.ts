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

interface Followed {
  readonly taskId: string;
  readonly state: TaskState;
  readonly apply: typeof applyEvent;
  lastSeq: number;
}
interface Next {
  readonly taskId: string;
  /** Events of the while in which the log is being read. */
  readonly early: LoggedEvent[];
}

/** The plan of one task as it stands: the log folded once, then each event as it comes. */
export class PlanFollower implements vscode.Disposable {
  readonly #tasks: TaskService;
  /** The task that the chat shows. */
  readonly #shown: () => string | null;
  readonly #changes = new vscode.EventEmitter<void>();
  readonly #subscription: vscode.Disposable;
  readonly onChange = this.#changes.event;
  #followed: Followed | undefined;
  /** The task whose log is being read. */
  #next: Next | undefined;
  /** The newest choice: an older one that took longer must not take its place. */
  #choice: symbol | undefined;

  constructor(tasks: TaskService, shown: () => string | null) {
    this.#tasks = tasks;
    this.#shown = shown;
    this.#subscription = tasks.onEvent((event) => this.#take(event));
  }

  /** null: there is no task yet. */
  picture(): PlanPicture | null {
    if (!this.#followed) return null;
    const { state } = this.#followed;
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

  /** Follows the task that the chat shows, else one that runs, else the latest. Until its log is read, and where it cannot be, the former one. */
  async choose(): Promise<void> {
    const choice = Symbol('choice');
    this.#choice = choice;
    const taskId = this.#shown() ?? this.#tasks.running()[0] ?? (await this.#tasks.tasks())[0]?.taskId;
    if (choice !== this.#choice || taskId === undefined || taskId === this.#next?.taskId) return;
    this.#next = undefined;
    if (taskId === this.#followed?.taskId) return;
    const next: Next = { taskId, early: [] };
    this.#next = next;
    try {
      const { foldEvents, applyEvent } = await import('../../core/task/reduce.ts');
      const events = await this.#tasks.events(taskId);
      if (next !== this.#next) return;
      const state = foldEvents(taskId, events);
      this.#followed = { taskId, state, apply: applyEvent, lastSeq: events.at(-1)?.seq ?? 0 };
      for (const event of next.early) this.#follow(this.#followed, event);
      this.#changes.fire();
    } finally {
      if (next === this.#next) this.#next = undefined;
    }
  }

  dispose(): void {
    this.#choice = undefined;
    this.#next = undefined;
    this.#subscription.dispose();
    this.#changes.dispose();
  }

  #take(logged: LoggedEvent): void {
    if (logged.taskId === this.#next?.taskId) this.#next.early.push(logged);
    else if (this.#followed && logged.taskId === this.#followed.taskId) this.#follow(this.#followed, logged);
  }

  #follow(followed: Followed, { seq, event }: LoggedEvent): void {
    if (seq <= followed.lastSeq) return;
    followed.lastSeq = seq;
    followed.apply(followed.state, event);
    if (changesThePlan.has(event.type)) this.#changes.fire();
  }
}
