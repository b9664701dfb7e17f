import type { KindName } from './deploy-file.ts';
import type { DeployKind } from './deploy-kind.ts';
import { compose } from './kinds/compose.ts';
import { docker } from './kinds/docker.ts';
import { ghWorkflow } from './kinds/gh-workflow.ts';
import { helm } from './kinds/helm.ts';
import { fly, netlify, vercel } from './kinds/hosted.ts';
import { kubectl } from './kinds/kubectl.ts';
import { rsync } from './kinds/rsync.ts';
import { terraform, tofu } from './kinds/terraform.ts';

/** Every way to deploy that OpenMagus knows. */
export const kinds: Readonly<Record<KindName, DeployKind>> = {
  rsync,
  kubectl,
  helm,
  terraform,
  tofu,
  compose,
  docker,
  vercel,
  netlify,
  fly,
  'gh-workflow': ghWorkflow,
};
