/** Whether a server lists a model under a name that the configuration may write otherwise: Ollama adds ":latest" where no tag was given. */
export function sameModel(configured: string, listed: string): boolean {
  return configured === listed || `${configured}:latest` === listed;
}
