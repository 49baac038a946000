import { z } from 'zod';
import { pluginConfig, pluginConfigJsonSchema, schedulerSchema } from './scheduler-schema.js';

/**
 * The shape of a scenario file. Only structure and defaults: what texts such as durations and distributions mean is
 * read afterwards, where positions within the text and other files are at hand. The editors' JSON Schema is made of it.
 */

const duration = z
  .string({ error: 'expected a duration such as "250us", "1.5s", "5m", "2h" or "30d"' })
  .describe('A duration: 250us, 1.5s, 5m, 1h30m, 30d');

const distribution = z
  .string({ error: 'expected a duration or a distribution such as "lognormal(p50=1s, p99=4s)"' })
  .describe(
    'A duration or a distribution of durations: 3ms, uniform(1ms, 2ms), exponential(3ms), normal(mean=…, sd=…), ' +
      'lognormal(p50=…, p99=…), gamma(mean=…, sd=…), weibull(scale=…, shape=…), pareto(min=…, shape=…, max=…), ' +
      'mixture(90% …, 10% …), empirical(file.csv)',
  );

const quantity = z
  .union([z.string(), z.number()], { error: 'expected a quantity such as "500m", "4" or "16Gi"' })
  .describe('A Kubernetes quantity: 500m, 4, 16Gi');

const size = z
  .union([z.string(), z.number()], { error: 'expected a size such as "120MiB" or "64Mi"' })
  .describe('A size in bytes: 120MiB, 64Mi, 1GB');

const share = z
  .union([z.string(), z.number()], { error: 'expected a share such as "5%" or 0.05' })
  .describe('A share: 5% or 0.05');

const count = z.int({ error: 'expected a whole number' }).min(0, { error: 'must be 0 or more' });

const strings = z.record(z.string(), z.string());

/** Alternatives that leave the choice to what the value looks like: text, list or map. */
const retries = z.strictObject({
  count: count.max(100).describe('Attempts after the first'),
  backoff: duration.prefault('25ms').describe('Wait before the first retry; doubles with each further one'),
  maximumBackoff: duration.prefault('250ms').describe('Longest wait before a retry'),
  budget: share.optional().describe('Retries may be at most this share of requests; without it there is no budget'),
});

const client = {
  timeout: duration.prefault('10s').describe('An attempt without an answer after so long is lost'),
  retries: z
    .union([count.max(100), retries], { error: 'expected a count of retries, or count, backoff and budget' })
    .prefault(0)
    .describe('Attempts after the first'),
  connections: z
    .string()
    .prefault('per-request')
    .describe('per-request: a new connection each time; keep-alive(8): eight connections kept open and used in turn'),
};

const call = z
  .strictObject({
    call: z.string().describe('Service to call: NAME, NAME.NAMESPACE or NAME:PORT'),
    request: z.string().prefault('default').describe('Which of its requests'),
    probability: share.prefault(1).describe('Chance that the call is made'),
    ...client,
  })
  .describe('A call to another service');

/** Defined by hand, as it contains itself; given a name so that the JSON Schema can refer to it. */
type CallInput = string | z.input<typeof call> | { all: CallInput[] } | CallInput[];
type CallOutput = string | z.output<typeof call> | { all: CallOutput[] } | CallOutput[];

const callStep: z.ZodType<CallOutput, CallInput> = z
  .union([z.string(), call, z.strictObject({ all: z.lazy(() => z.array(callStep)) }), z.lazy(() => z.array(callStep))])
  .meta({ id: 'callStep', description: 'A service name, a call, or { all: [...] } for calls at the same time' });

const requestBehaviour = z.strictObject({
  cpu: distribution.prefault('1ms').describe('CPU time of one core that a request needs'),
  calls: z.array(callStep).prefault([]).describe('Calls to other services after the CPU work, one after the other'),
});

export const workloadSchema = z.strictObject({
  select: z.string().optional().describe('Label selector as for kubectl -l; without it app=<name of the workload>'),
  whenImage: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .describe('Only pods with a container of one of these images; * stands for any text'),
  image: size.prefault('100MiB').describe('Size of its image'),
  start: distribution.prefault('0s').describe('From container start to being able to serve'),
  concurrency: z.int().min(1).max(1_000_000).prefault(8).describe('Requests worked on at the same time in one pod'),
  queue: z
    .int()
    .min(0)
    .max(10_000_000)
    .prefault(1_000)
    .describe('Requests waiting in one pod; further ones are refused'),
  onTerm: z
    .enum(['exit', 'drain', 'serve'])
    .prefault('drain')
    .describe('On SIGTERM: exit at once, close the listener and finish, or serve until killed'),
  memory: size.prefault('64MiB').describe('Memory in use while running'),
  run: distribution
    .optional()
    .describe('From container start to its end with exit code 0, as of a Job; without it until it is stopped'),
  fails: z
    .union(
      [
        z.literal('never-ready'),
        z.strictObject({
          after: distribution,
          exitCode: z.int().min(0).max(255).prefault(1),
          probability: share.prefault(1).describe('Chance that a run of the container ends so'),
        }),
      ],
      {
        error: 'expected "never-ready" or { after: DURATION }',
      },
    )
    .optional()
    .describe('never-ready: probes never succeed; after: each container fails by itself so long after its start'),
  requests: z
    .record(z.string(), requestBehaviour)
    .optional()
    .describe('What requests cost, by name; default is the usual one'),
});

const rate = z
  .union(
    [
      z.string(),
      z.number(),
      z.strictObject({ daily: z.record(z.string(), z.union([z.string(), z.number()])) }),
      z.strictObject({ steps: z.record(z.string(), z.union([z.string(), z.number()])) }),
      z.strictObject({ line: z.record(z.string(), z.union([z.string(), z.number()])) }),
      z.strictObject({
        trace: z.string().describe('CSV file of rates, beside the scenario'),
        scale: z.number().positive().prefault(1).describe('Rates are multiplied by this'),
        speed: z.number().positive().prefault(1).describe('The trace plays so many times faster, at the same rates'),
      }),
    ],
    {
      error:
        'expected a rate such as "200/s", "ramp(10/s, 500/s, 5m)", { daily: … }, { steps: … } or { trace: file.csv }',
    },
  )
  .describe(
    '200/s, ramp(10/s, 500/s, 5m), daily: {"8h": 20/s, "20h": 90/s}, steps: {"0s": 10/s, "5m": 50/s}, trace: file.csv',
  );

export const sourceSchema = z.strictObject({
  to: z
    .string()
    .describe('http://SERVICE[.NAMESPACE][:PORT]/PATH, or http://NODE:NODEPORT/, or http://*:NODEPORT/ for any node'),
  via: z
    .enum(['cluster-ip', 'load-balancer'])
    .prefault('cluster-ip')
    .describe('How a Service is entered: through its cluster IP or through its external load balancer'),
  zone: z.string().prefault('').describe('Zone in which the clients stand; without it they are outside'),
  request: z.string().prefault('default').describe('Which request of the workload that answers'),
  rate: rate.optional(),
  arrivals: z.enum(['poisson', 'constant']).prefault('poisson').describe('At random, or evenly spaced'),
  users: z
    .int()
    .min(1)
    .max(10_000_000)
    .optional()
    .describe('Instead of a rate: so many users who wait for each answer'),
  think: distribution.optional().describe('How long a user waits between an answer and the next request'),
  from: duration.prefault('0s').describe('When it starts'),
  until: duration.optional().describe('When it ends; without it at the end of the run'),
  ...client,
});

const pool = z.strictObject({
  pool: z.string().describe('Nodes are named <pool>-1, <pool>-2, …'),
  count: count.max(100_000),
  cpu: quantity,
  memory: quantity,
  pods: z.int().min(1).max(10_000).prefault(110).describe('Most pods a node takes'),
  ephemeralStorage: quantity.prefault('100Gi'),
  zones: z.array(z.string()).min(1).prefault(['a']).describe('Nodes stand in these zones in turn'),
  labels: strings.prefault({}),
  taints: z
    .array(
      z.union([
        z.string(),
        z.strictObject({
          key: z.string(),
          value: z.string().optional(),
          effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
        }),
      ]),
    )
    .prefault([])
    .describe('key=value:NoSchedule, or key, value and effect'),
  resources: z.record(z.string(), quantity).prefault({}).describe('Further capacity, for example example.com/gpu: 1'),
  price: z.union([z.string(), z.number()]).prefault(0).describe('USD for one node and hour: 0.19/h'),
  images: z
    .union([z.enum(['all', 'none']), z.array(z.string())])
    .prefault('none')
    .describe('Images that are there from the start: all, none or a list'),
});

const clusterSchema = z.strictObject({
  preset: z
    .enum(['managed', 'bare-metal', 'large', 'edge', 'recorded'])
    .prefault('managed')
    .describe('Latencies of the control plane'),
  etcd: z
    .strictObject({
      members: z.union([z.literal(1), z.literal(3), z.literal(5)], { error: 'etcd has 1, 3 or 5 members' }).optional(),
    })
    .prefault({}),
  kubeProxy: z.enum(['iptables', 'ipvs', 'nftables']).prefault('iptables'),
  scheduler: z
    .union([z.string(), schedulerSchema], { error: 'expected a file name or a KubeSchedulerConfiguration' })
    .optional()
    .describe('KubeSchedulerConfiguration: a file, or in place'),
  schedulerTies: z
    .enum(['ordered', 'uniform'])
    .prefault('ordered')
    .describe('Of nodes with the same score: the first as kube-scheduler 1.36 takes it, or any, drawn at random'),
  plegOnDemandRelist: z.boolean().prefault(true).describe('The kubelet looks at a pod again right after acting on it'),
  parameters: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .prefault({})
    .describe('Values of the preset that this scenario replaces, by name'),
  nodes: z.array(pool).min(1, { error: 'a cluster needs at least one node pool' }),
});

const manifestObject = z.looseObject({});
const scalar = z.union([z.string(), z.number(), z.boolean()], { error: 'expected text, a number, true or false' });

export const scenarioSchema = z.strictObject({
  scenario: z
    .string()
    .regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?$/, {
      error: 'a scenario is named with letters, digits, "-", "_" and "." (its name becomes a folder)',
    })
    .describe('Name of the scenario'),
  description: z.string().optional().describe('What it shows; for readers'),
  seed: z
    .union([z.int().min(0), z.string().min(1).max(100)], { error: 'expected a number or a word' })
    .prefault(1)
    .describe('Root of all random streams'),
  duration: duration.describe('How long the run lasts, in virtual time'),
  warmup: duration.prefault('0s').describe('Left out of the summary figures'),
  interval: duration.prefault('10s').describe('Length of the intervals of recorded series'),
  cluster: clusterSchema,
  manifests: z
    .array(z.union([z.string(), manifestObject], { error: 'expected a file name, a pattern or an object' }))
    .prefault([])
    .describe('Kubernetes objects: files, patterns such as ./manifests/*.yaml, or objects in place'),
  parameters: z.record(z.string(), scalar).prefault({}).describe('Used as ${name}; set with --set, varied with --vary'),
  overrides: z
    .record(z.string(), manifestObject)
    .prefault({})
    .describe('Changes to manifests: kind/name or kind/namespace/name, merged as kubectl patch does'),
  workloads: z.record(z.string(), workloadSchema).prefault({}).describe('How the software inside the pods behaves'),
  traffic: z.record(z.string(), sourceSchema).prefault({}).describe('Who sends requests'),
  timeline: z
    .array(z.record(z.string(), z.union([z.string(), z.array(z.string()), manifestObject])))
    .prefault([])
    .describe('Commands that an operator types, and faults: - 5m: kubectl scale deployment/web --replicas=5'),
  expect: z
    .array(z.string())
    .prefault([])
    .describe('What must hold: FIGURE COMPARISON VALUE [WHEN], for example p99(shoppers) < 300ms'),
});

export type ScenarioInput = z.output<typeof scenarioSchema>;
export type WorkloadInput = z.output<typeof workloadSchema>;
export type SourceInput = z.output<typeof sourceSchema>;
export type ClusterInput = z.output<typeof clusterSchema>;
export type PoolInput = z.output<typeof pool>;
export type CallStepInput = CallOutput;
export type RateInput = z.output<typeof rate>;
export type ClientInput = Pick<z.output<typeof call>, 'timeout' | 'retries' | 'connections'>;

/** The JSON Schema (draft 7) of scenario files, for editors. */
export function scenarioJsonSchema(): Record<string, unknown> {
  const generated = z.toJSONSchema(scenarioSchema, {
    target: 'draft-7',
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema !== pluginConfig) return;
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
      Object.assign(jsonSchema, pluginConfigJsonSchema());
    },
  });
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'wavetank scenario',
    ...generated,
  };
}
