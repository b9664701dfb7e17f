/** Of what is kept there; one more whenever an older OpenMagus could not read it. */
export const schemaVersion = 1;

/** Notes the version where none is, and gives the one that is there. */
export const readSchemaVersion = `
MERGE (s:OpenMagus {name: 'schema'}) ON CREATE SET s.version = ${schemaVersion}
RETURN s.version`;

/** Made on first use; each does nothing when it is there. */
export const schema: readonly string[] = [
  'CREATE CONSTRAINT openmagus_workflow IF NOT EXISTS FOR (n:Workflow) REQUIRE (n.namespace, n.id) IS UNIQUE',
  'CREATE CONSTRAINT openmagus_schema IF NOT EXISTS FOR (n:OpenMagus) REQUIRE n.name IS UNIQUE',
  'CREATE CONSTRAINT openmagus_task IF NOT EXISTS FOR (n:Task) REQUIRE (n.namespace, n.id) IS UNIQUE',
  'CREATE CONSTRAINT openmagus_tool IF NOT EXISTS FOR (n:Tool) REQUIRE n.name IS UNIQUE',
  'CREATE CONSTRAINT openmagus_precondition IF NOT EXISTS FOR (n:Precondition) REQUIRE n.name IS UNIQUE',
  'CREATE INDEX openmagus_step IF NOT EXISTS FOR (n:Step) ON (n.namespace, n.workflow)',
  'CREATE INDEX openmagus_outcome IF NOT EXISTS FOR (n:Outcome) ON (n.namespace, n.workflow)',
  `CREATE FULLTEXT INDEX openmagus_workflow_words IF NOT EXISTS FOR (n:Workflow) ON EACH [n.words]
   OPTIONS {indexConfig: {\`fulltext.analyzer\`: 'whitespace'}}`,
  'CALL db.awaitIndexes(30)',
];

/**
 * $rows: {namespace, id, properties, goals, steps, preconditions, outcomes, supersedes}; goals {id, sealed}, steps {position,
 * tool, sealed}. What hung on the workflow before goes.
 */
export const putWorkflows = `
UNWIND $rows AS row
MERGE (w:Workflow {namespace: row.namespace, id: row.id})
SET w = row.properties
WITH w, row
CALL {
  WITH w
  OPTIONAL MATCH (w)-[:HAS_STEP|HAD]->(part)
  DETACH DELETE part
}
CALL {
  WITH w
  OPTIONAL MATCH (w)-[link:REQUIRES|SUPERSEDES]->()
  DELETE link
}
CALL {
  WITH w
  OPTIONAL MATCH (:Task)-[link:SOLVED_BY]->(w)
  DELETE link
}
FOREACH (step IN row.steps |
  CREATE (s:Step {namespace: row.namespace, workflow: row.id, position: step.position, sealed: step.sealed})
  MERGE (tool:Tool {name: step.tool})
  CREATE (w)-[:HAS_STEP {position: step.position}]->(s)-[:USES]->(tool))
FOREACH (outcome IN row.outcomes |
  CREATE (o:Outcome {namespace: row.namespace, workflow: row.id})
  SET o += outcome
  CREATE (w)-[:HAD]->(o))
FOREACH (name IN row.preconditions |
  MERGE (p:Precondition {name: name})
  CREATE (w)-[:REQUIRES]->(p))
FOREACH (goal IN row.goals |
  MERGE (t:Task {namespace: row.namespace, id: goal.id}) ON CREATE SET t.sealed = goal.sealed
  MERGE (t)-[:SOLVED_BY]->(w))
WITH w, row
CALL {
  WITH w, row
  UNWIND row.supersedes AS former
  MATCH (old:Workflow {namespace: row.namespace, id: former})
  MERGE (w)-[:SUPERSEDES]->(old)
}
RETURN count(w)`;

export const removeWorkflows = `
MATCH (w:Workflow) WHERE w.namespace IN $namespaces AND w.id IN $ids
OPTIONAL MATCH (w)-[:HAS_STEP|HAD]->(part)
OPTIONAL MATCH (t:Task)-[:SOLVED_BY]->(w) WHERE NOT EXISTS {
  MATCH (t)-[:SOLVED_BY]->(other:Workflow) WHERE NOT other.id IN $ids
}
DETACH DELETE part, t, w`;

export const readWorkflows = `
CALL db.index.fulltext.queryNodes('openmagus_workflow_words', $words) YIELD node, score
WHERE node.namespace IN $namespaces AND ($workspaces IS NULL OR node.workspace IN $workspaces)
RETURN node {.namespace, .id, .sealed} ORDER BY score DESC, node.id LIMIT $limit`;

export const scanWorkflows = `
MATCH (w:Workflow) WHERE w.namespace IN $namespaces AND w.id > $afterId
RETURN w {.namespace, .id, .sealed} ORDER BY w.id LIMIT $limit`;
