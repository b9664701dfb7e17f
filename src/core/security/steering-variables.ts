/** What makes shells and reading programs run or read something that their words do not name. Patterns of whole names, in any case. */
export const steersReading =
  /^(?:GIT_.*|BASH_ENV|ENV|CDPATH|GLOBIGNORE|SHELLOPTS|BASHOPTS|BASH_FUNC_.*|RIPGREP_CONFIG_PATH|GREP_OPTIONS|LESSOPEN|LESSCLOSE|LS_OPTIONS|TREE_.*|MAGIC|PAGER|PS4|PROMPT_COMMAND)$/i;

/** What else decides which code a program is, loads or runs. */
const loadsCode =
  /^(?:PATH|HOME|SHELL|BASH_.*|IFS|GCONV_PATH|LOCPATH|EDITOR|VISUAL|MAKEFLAGS|GNUMAKEFLAGS|MAKEFILES|JUST_.*|YARN_.*|PNPM_.*|BUN_.*|CARGO_.*|RUSTC.*|RUSTFLAGS|GOFLAGS|GOTOOLCHAIN|CC|CXX|LUA_.*|TCLLIBPATH|CLASSPATH|MAVEN_.*|GRADLE_.*|JDK_JAVA_OPTIONS|LD_.*|DYLD_.*|NODE_OPTIONS|NODE_PATH|PYTHON.*|PERL5.*|PERLLIB|RUBY.*|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|NPM_CONFIG_.*|.*_PROXY|OPENMAGUS_.*)$/i;

export function decidesWhatRuns(variable: string): boolean {
  return steersReading.test(variable) || loadsCode.test(variable);
}
