import type { Assignment, ParameterExpansionPart, SyntaxNode } from 'unbash';

/** Nodes that do more than read, but nothing beside the commands in them; assignments and expansions are judged by what they set. */
export const onlyHoldsCommands: ReadonlySet<SyntaxNode['type']> = new Set<SyntaxNode['type']>([
  ...(['Subshell', 'ExtendedGlob', 'Assignment', 'Default', 'Remove', 'Replace', 'CaseModification'] as const),
]);

const harmless =
  /^(?:CI|NODE_ENV|FORCE_COLOR|NO_COLOR|LANG|LANGUAGE|LC_[A-Z]+|TZ|DEBUG|VERBOSE|COLUMNS|PORT|[a-z]|file|name|dir|item|test)$/;

/** Whether no program that is named finds, loads or runs anything else for a variable of this name. */
export function steersNothing(variable: string): boolean {
  return harmless.test(variable);
}

/** An index is reckoned, and so may run a command. */
export function isHarmlessAssignment({ name, index, value }: Assignment): boolean {
  return index === undefined && value.type === 'Word' && steersNothing(name);
}

/** It neither sets the variable nor runs what is in it. */
export function onlyExpands({ prefix, index, operation }: ParameterExpansionPart): boolean {
  if (prefix !== undefined || index !== undefined) return false;
  if (operation === undefined) return true;
  if (operation.type === 'Default') return !operation.operator.endsWith('=');
  return operation.type === 'Remove' || operation.type === 'Replace' || operation.type === 'CaseModification';
}

const changing = new Set(
  'export declare typeset local readonly alias unalias enable disable hash shopt set setopt unset read mapfile readarray getopts let trap printf autoload zmodload emulate'.split(
    ' ',
  ),
);
const moving = new Set('cd chdir pushd popd source . eval'.split(' '));

/** A built-in that changes what later words mean. */
export function changesShell(name: string): boolean {
  return changing.has(name);
}

/** A built-in after which the shell may stand anywhere. */
export function mayMove(name: string): boolean {
  return moving.has(name);
}
