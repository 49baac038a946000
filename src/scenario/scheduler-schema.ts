import { z } from 'zod';
import { EXTENSION_POINTS } from '../cluster/api/scheduler-configuration.js';

/**
 * The shape of a KubeSchedulerConfiguration, in a file or in place. What has no effect on a simulated cluster (leader election,
 * addresses, profiling) is taken as it is. Source: k8s.io/kube-scheduler v0.36.3 config/v1/types.go, types_pluginargs.go.
 */

export const SCHEDULER_GROUP = 'kubescheduler.config.k8s.io';
const SCHEDULER_API_VERSION = `${SCHEDULER_GROUP}/v1`;
export const SCHEDULER_KIND = 'KubeSchedulerConfiguration';

/** A whole number in a range. */
const whole = (least: number, greatest: number): z.ZodInt => {
  const error = greatest === MAXIMUM_INT32 ? `must be ${least} or more` : `must be from ${least} to ${greatest}`;
  return z.int({ error: 'expected a whole number' }).min(least, { error }).max(greatest, { error });
};
const MAXIMUM_INT32 = 2_147_483_647;
const percentage = whole(0, 100);
const seconds = (least: number): z.ZodInt => whole(least, MAXIMUM_INT32);
const free = z.looseObject({}).optional();

const pluginSet = z
  .strictObject({
    enabled: z
      .array(
        z.strictObject({
          name: z.string(),
          weight: whole(0, MAXIMUM_INT32).optional(),
        }),
      )
      .optional(),
    disabled: z
      .array(
        z.strictObject({ name: z.string().describe('Name of a plugin, or "*" for all'), weight: z.int().optional() }),
      )
      .optional(),
  })
  .meta({
    id: 'pluginSet',
    description: 'Plugins enabled beside the defaults (or with another weight), and defaults disabled',
  });

const plugins = z.strictObject(
  Object.fromEntries(['multiPoint', ...EXTENSION_POINTS].map((point) => [point, pluginSet.optional()])),
);

/** Its arguments are checked by themselves, as they depend on its name; `pluginConfigJsonSchema` spells them out. */
export const pluginConfig = z.strictObject({
  name: z.string().describe('Name of a plugin'),
  args: z.looseObject({}).optional().describe('Its arguments, for example scoringStrategy of NodeResourcesFit'),
});

const profile = z.strictObject({
  schedulerName: z.string().optional().describe('Pods name it in spec.schedulerName; default-scheduler without it'),
  percentageOfNodesToScore: percentage.optional(),
  plugins: plugins.optional(),
  pluginConfig: z.array(pluginConfig).optional(),
});

export const schedulerSchema = z.strictObject({
  apiVersion: z.literal(SCHEDULER_API_VERSION),
  kind: z.literal(SCHEDULER_KIND),
  parallelism: whole(1, MAXIMUM_INT32).optional(),
  clientConnection: z
    .strictObject({
      kubeconfig: z.string().optional(),
      acceptContentTypes: z.string().optional(),
      contentType: z.string().optional(),
      qps: z.number().optional().describe('Requests a second; 0: 50, less than 0: no limit'),
      burst: whole(0, MAXIMUM_INT32).optional(),
    })
    .optional(),
  percentageOfNodesToScore: percentage.optional(),
  podInitialBackoffSeconds: seconds(1).optional(),
  podMaxBackoffSeconds: seconds(0).optional(),
  profiles: z.array(profile).optional(),
  extenders: z.array(z.looseObject({})).optional().describe('Not simulated'),
  leaderElection: free,
  delayCacheUntilActive: z.boolean().optional(),
  enableProfiling: z.boolean().optional(),
  enableContentionProfiling: z.boolean().optional(),
  healthzBindAddress: z.string().optional(),
  metricsBindAddress: z.string().optional(),
});

export type SchedulerInput = z.output<typeof schedulerSchema>;

const resourceName = z.string().min(1, { error: 'must name a resource' });

const shape = z
  .array(
    z.strictObject({
      utilization: whole(0, 100),
      score: whole(0, 10),
    }),
  )
  .min(1, { error: 'must have at least one point' });

/** Arguments by plugin; a plugin that is not here takes none. */
export const ARGS_SCHEMAS: Readonly<Record<string, z.ZodObject>> = {
  DefaultPreemption: args('DefaultPreemption', {
    minCandidateNodesPercentage: percentage.optional(),
    minCandidateNodesAbsolute: whole(0, MAXIMUM_INT32).optional(),
  }),
  DynamicResources: args('DynamicResources', {
    filterTimeout: z.string().optional(),
    bindingTimeout: z.string().optional(),
  }),
  InterPodAffinity: args('InterPodAffinity', {
    hardPodAffinityWeight: whole(0, 100).optional(),
    ignorePreferredTermsOfExistingPods: z.boolean().optional(),
  }),
  NodeAffinity: args('NodeAffinity', { addedAffinity: z.looseObject({}).optional() }),
  NodeResourcesBalancedAllocation: args('NodeResourcesBalancedAllocation', {
    resources: z
      .array(
        z.strictObject({
          name: resourceName,
          weight: z.int().min(0).max(1, { error: 'must be 1: this plugin knows no weights' }).optional(),
        }),
      )
      .optional(),
  }),
  NodeResourcesFit: args('NodeResourcesFit', {
    ignoredResources: z.array(resourceName).optional(),
    ignoredResourceGroups: z.array(z.string().regex(/^[^/]+$/, { error: 'must be a group, without "/"' })).optional(),
    scoringStrategy: z
      .strictObject({
        type: z.enum(['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio']),
        resources: z.array(z.strictObject({ name: resourceName, weight: whole(0, 100).optional() })).optional(),
        requestedToCapacityRatio: z.strictObject({ shape }).optional(),
      })
      .optional(),
  }),
  PodTopologySpread: args('PodTopologySpread', {
    defaultConstraints: z.array(z.looseObject({})).optional(),
    defaultingType: z.enum(['System', 'List']).optional(),
  }),
  VolumeBinding: args('VolumeBinding', { bindTimeoutSeconds: seconds(0).optional() }),
};

function args(plugin: string, fields: z.core.$ZodLooseShape): z.ZodObject {
  return z.strictObject({
    apiVersion: z.literal(SCHEDULER_API_VERSION).optional(),
    kind: z.literal(`${plugin}Args`).optional(),
    ...fields,
  });
}

/** `pluginConfig` for editors: the arguments of each plugin that takes some. */
export function pluginConfigJsonSchema(): object {
  const forms = Object.entries(ARGS_SCHEMAS).map(([name, args]) =>
    z.strictObject({ name: z.literal(name), args: args.optional().describe(`Arguments of ${name}`) }),
  );
  const { $schema: _named, ...schema } = z.toJSONSchema(z.union(forms), { target: 'draft-7', io: 'input' });
  return schema;
}
