import * as vscode from 'vscode';
import type { DeploymentPicture, GroupPicture } from '../protocol/model-picture.ts';
import { describeDeployment, stateIcon } from './model-words.ts';
import type { TaskService } from './task-service.ts';

type Node = GroupPicture | DeploymentPicture;

/** While models are being asked the figures change with every turn; more often than this nobody can read them. */
const refreshMs = 1000;

/** The groups and their deployments: state, cool-down, price, latency, cache hits. */
export function registerModelTree(tasks: TaskService): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
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
        if (parent) return 'members' in parent ? [...parent.members] : [];
        // What is wrong with the configuration is said by Manage Models.
        const desk = await tasks.modelDesk().catch(() => undefined);
        return [...(desk?.groups() ?? [])];
      },
      getTreeItem: (node) => ('members' in node ? groupItem(node) : deploymentItem(node)),
    },
  });
  return vscode.Disposable.from(
    view,
    changed,
    tasks.onChange(soon),
    tasks.onEvent(({ event }) => {
      if (event.type === 'model-replied' || event.type === 'model-attempt-failed') soon();
    }),
    { dispose: () => clearTimeout(timer) },
  );
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
