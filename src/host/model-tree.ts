import * as vscode from 'vscode';
import type {
  DeploymentPicture,
  EndpointPicture,
  GroupPicture,
  ServedModelPicture,
} from '../protocol/model-picture.ts';
import { onModelMoved } from './model-moves.ts';
import { describeDeployment, describeServed, stateIcon } from './model-words.ts';
import type { TaskService } from './task-service.ts';

type Node = GroupPicture | DeploymentPicture | EndpointPicture | ServedModelPicture;

/** While models are being asked the figures change with every turn; more often than this nobody can read them. */
const refreshMs = 1000;
/** The servers themselves are asked less often: what is in memory changes seldom. */
const serversMs = 10_000;
const patienceMs = 3000;

/** The groups and their deployments, and below them the user's own servers with what each has in memory. */
export function registerModelTree(tasks: TaskService): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const servers = watchServers(tasks, () => changed.fire());
  let timer: NodeJS.Timeout | undefined;
  const soon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      changed.fire();
    }, refreshMs);
  };
  const view = vscode.window.createTreeView<Node>('openmagus.models', {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: async (parent) => {
        if (parent) return childrenOf(parent);
        // What is wrong with the configuration is said by Manage Models.
        const desk = await tasks.modelDesk().catch(() => undefined);
        return [...(desk?.groups() ?? []), ...(desk ? servers.known() : [])];
      },
      getTreeItem,
    },
  });
  return vscode.Disposable.from(
    view,
    changed,
    tasks.onChange(() => {
      servers.forget();
      soon();
    }),
    onModelMoved(() => {
      servers.forget();
      changed.fire();
    }),
    tasks.onEvent(({ event }) => {
      if (event.type === 'model-replied' || event.type === 'model-attempt-failed') soon();
    }),
    { dispose: () => clearTimeout(timer) },
  );
}

/** What the servers said last; asked again when it is old, behind the back of the view, which nobody should have to wait for. */
function watchServers(tasks: TaskService, onNews: () => void) {
  let pictures: readonly EndpointPicture[] = [];
  let askedAt = 0;
  const ask = async (): Promise<void> => {
    askedAt = Date.now();
    const desk = await tasks.modelDesk().catch(() => undefined);
    const all = (await desk?.endpoints(AbortSignal.timeout(patienceMs))) ?? [];
    pictures = all.filter(({ loads }) => loads);
    onNews();
  };
  return {
    known: (): readonly EndpointPicture[] => {
      if (Date.now() - askedAt > serversMs) void ask();
      return pictures;
    },
    forget: (): void => {
      askedAt = 0;
    },
  };
}

function childrenOf(parent: Node): Node[] {
  if ('members' in parent) return [...parent.members];
  return 'models' in parent ? [...parent.models] : [];
}

function getTreeItem(node: Node): vscode.TreeItem {
  if ('members' in node) return groupItem(node);
  if ('models' in node) return endpointItem(node);
  return 'order' in node ? deploymentItem(node) : servedItem(node);
}

function groupItem({ name, roles }: GroupPicture): vscode.TreeItem {
  const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Expanded);
  item.description = roles.join(', ');
  item.iconPath = new vscode.ThemeIcon('layers');
  return item;
}

function deploymentItem(member: DeploymentPicture): vscode.TreeItem {
  const item = new vscode.TreeItem(member.id);
  item.description = describeDeployment(member);
  item.tooltip = [member.id, describeDeployment(member), member.reason].filter(Boolean).join('\n');
  item.iconPath = new vscode.ThemeIcon(stateIcon(member));
  item.command = { command: 'openmagus.manageModels', title: 'Manage Model', arguments: [member.id] };
  return item;
}

function endpointItem({ name, kind, baseURL }: EndpointPicture): vscode.TreeItem {
  const item = new vscode.TreeItem(`Models of ${name}`, vscode.TreeItemCollapsibleState.Expanded);
  item.description = [kind, baseURL].filter(Boolean).join(', ');
  item.iconPath = new vscode.ThemeIcon('server');
  return item;
}

function servedItem(model: ServedModelPicture): vscode.TreeItem {
  const item = new vscode.TreeItem(model.name);
  item.description = describeServed(model, Date.now());
  item.tooltip = `${model.id}\n${item.description}`;
  item.iconPath = new vscode.ThemeIcon(model.loaded ? 'vm-running' : 'vm-outline');
  item.contextValue = model.loaded ? 'model-loaded' : 'model-unloaded';
  return item;
}
