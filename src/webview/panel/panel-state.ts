import { batch, signal } from '@preact/signals';
import type { ConnectorsPicture } from '../../protocol/connectors.ts';
import type { ErrorKind } from '../../protocol/error-kinds.ts';
import type {
  Look,
  MemoryDetail,
  MigrationPicture,
  PanelPage,
  PanelRequest,
  PanelSurroundings,
  PanelUpdate,
  PlanPicture,
} from '../../protocol/panel.ts';

interface Place {
  readonly page: PanelPage;
  readonly look: Look;
  /** The memory that is shown. */
  readonly id: string | null;
}
declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void;
  getState(): Place | undefined;
  setState(place: Place): void;
};

const host = acquireVsCodeApi();
const saved = host.getState();

export const page = signal<PanelPage>(saved?.page ?? 'memory');
export const surroundings = signal<PanelSurroundings | undefined>(undefined);
export const look = signal<Look>(saved?.look ?? { kind: null, text: '', everywhere: false });
export const listed = signal<Extract<PanelUpdate, { type: 'listed' }> | undefined>(undefined);
export const selected = signal<string | null>(saved?.id ?? null);
/** null: the selected memory is gone. */
export const detail = signal<MemoryDetail | null | undefined>(undefined);
/** null: there is no task yet; undefined: it is being looked for. */
export const plan = signal<PlanPicture | null | undefined>(undefined);
export const migration = signal<MigrationPicture | null>(null);
/** undefined: they are being read. */
export const connectors = signal<ConnectorsPicture | undefined>(undefined);
export const failure = signal<{ message: string; kind: ErrorKind; code?: string } | undefined>(undefined);

/** Milliseconds after the last key before it is searched. */
const typingMs = 150;
let timer: ReturnType<typeof setTimeout> | undefined;

export function send(request: PanelRequest): void {
  failure.value = undefined;
  host.postMessage(request);
}

export function setLook(part: Partial<Look>): void {
  look.value = { ...look.value, ...part };
  keepPlace();
  clearTimeout(timer);
  const ask = (): void => send({ type: 'look', look: look.value });
  if (part.text === undefined) ask();
  else timer = setTimeout(ask, typingMs);
}

export function select(id: string | null): void {
  goTo(id);
  send({ type: 'select', id });
}

export function setPage(wanted: PanelPage): void {
  page.value = wanted;
  keepPlace();
  if (wanted === 'connectors') send({ type: 'connectors' });
}

export function connect(): void {
  window.addEventListener('message', (message: MessageEvent<PanelUpdate>) => batch(() => receive(message.data)));
  send({ type: 'ready', look: look.value, id: selected.value });
  if (page.value === 'connectors') send({ type: 'connectors' });
}

function goTo(id: string | null): void {
  if (id !== selected.value) detail.value = undefined;
  selected.value = id;
  keepPlace();
}

function keepPlace(): void {
  host.setState({ page: page.value, look: look.value, id: selected.value });
}

function receive(update: PanelUpdate): void {
  switch (update.type) {
    case 'surroundings':
      surroundings.value = update.surroundings;
      return;
    case 'listed':
      listed.value = update;
      return;
    case 'shown':
      if (update.id === selected.value) detail.value = update.detail;
      return;
    case 'migration':
      migration.value = update.migration;
      return;
    case 'plan':
      plan.value = update.plan;
      return;
    case 'connectors':
      connectors.value = update.connectors;
      return;
    case 'go':
      if (update.id !== undefined) goTo(update.id);
      setPage(update.page);
      return;
    case 'failure':
      failure.value = update;
      return;
    default:
      update satisfies never;
  }
}
