import type { KubernetesObject, ResourceList, StringMap } from '../cluster/api/objects/meta.js';
import type { Taint } from '../cluster/api/objects/node.js';
import type { Micros } from '../kernel/time.js';

/** An object as kubectl names it: `deployment/web`, with the kind's full name. */
export interface ObjectReference {
  readonly kind: string;
  /** Empty for kinds without a namespace. */
  readonly namespace: string;
  readonly name: string;
}

/** What a kubectl command applies to: objects by name, or all of some kinds that match a label selector. */
export type ObjectTarget =
  | { readonly by: 'name'; readonly references: readonly ObjectReference[] }
  /** `selector` is in kubectl's `-l` form; empty selects all (`--all`). */
  | {
      readonly by: 'selector';
      readonly kinds: readonly Pick<ObjectReference, 'kind' | 'namespace'>[];
      readonly selector: string;
    };

/** The kinds of a target, in the order of the command. */
export function kindsOf(target: ObjectTarget): readonly string[] {
  return (target.by === 'name' ? target.references : target.kinds).map(({ kind }) => kind);
}

/** A timeline command, parsed. Objects to be applied or created are decoded when the scenario is read. */
export type Command = KubectlCommand | FaultCommand;

export type KubectlCommand =
  | {
      readonly do: 'set-image';
      readonly target: ObjectTarget;
      /** Container `*` stands for all containers. */
      readonly images: readonly { readonly container: string; readonly image: string }[];
    }
  | {
      readonly do: 'set-resources';
      readonly target: ObjectTarget;
      /** `*` for all containers. */
      readonly container: string;
      readonly requests: ResourceList;
      readonly limits: ResourceList;
    }
  /** A value of null removes the variable. */
  | {
      readonly do: 'set-env';
      readonly target: ObjectTarget;
      readonly container: string;
      readonly values: { readonly [name: string]: string | null };
    }
  | { readonly do: 'set-selector'; readonly target: ObjectTarget; readonly selector: StringMap }
  | {
      readonly do: 'scale';
      readonly target: ObjectTarget;
      readonly replicas: number;
      /** Precondition: does nothing (and fails) unless there are so many; null for none. */
      readonly currentReplicas: number | null;
    }
  /** `toRevision` 0 is the one before. */
  | { readonly do: 'rollout-undo'; readonly target: ObjectTarget; readonly toRevision: number }
  | { readonly do: 'rollout-pause' | 'rollout-resume' | 'rollout-restart'; readonly target: ObjectTarget }
  | {
      readonly do: 'delete';
      readonly target: ObjectTarget;
      /** null: the object's own. */
      readonly gracePeriodSeconds: number | null;
      readonly force: boolean;
      readonly ignoreNotFound: boolean;
      readonly propagation: 'background' | 'foreground' | 'orphan';
    }
  /** create fails where the object is there, apply changes it, replace fails where it is not and leaves nothing of the old one. */
  | { readonly do: 'apply' | 'replace'; readonly objects: readonly KubernetesObject[] }
  /** `failure`: what kubectl says before the server's reason when it made the object itself; empty: nothing of its own. */
  | { readonly do: 'create'; readonly objects: readonly KubernetesObject[]; readonly failure: string }
  /** `create job NAME --from=cronjob/...` */
  | { readonly do: 'job-from'; readonly target: ObjectTarget; readonly name: string }
  | {
      readonly do: 'expose';
      readonly target: ObjectTarget;
      readonly name: string;
      /** Empty: the ports of the containers. */
      readonly ports: readonly number[];
      readonly targetPort: number | string | null;
      readonly protocol: 'TCP' | 'UDP' | 'SCTP';
      readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer';
      /** An address or `None`; empty: the server gives one. */
      readonly clusterIP: string;
      /** null: that of the target. */
      readonly selector: StringMap | null;
      readonly labels: StringMap | null;
    }
  | {
      readonly do: 'autoscale';
      readonly target: ObjectTarget;
      readonly name: string;
      readonly minReplicas: number;
      readonly maxReplicas: number;
      /** At least one. */
      readonly metrics: readonly AutoscaleMetric[];
    }
  /** Targets of these are nodes. */
  | { readonly do: 'cordon' | 'uncordon'; readonly target: ObjectTarget }
  | {
      readonly do: 'taint';
      readonly target: ObjectTarget;
      readonly add: readonly Taint[];
      /** Without an effect: all of the key. */
      readonly remove: readonly { readonly key: string; readonly effect?: Taint['effect'] }[];
      readonly overwrite: boolean;
    }
  | DrainCommand
  /** A value of null removes the label or annotation. */
  | {
      readonly do: 'label' | 'annotate';
      readonly target: ObjectTarget;
      readonly values: { readonly [key: string]: string | null };
      readonly overwrite: boolean;
    }
  | {
      readonly do: 'patch';
      readonly target: ObjectTarget;
      readonly type: 'strategic' | 'merge';
      readonly patch: { readonly [field: string]: unknown };
    }
  | { readonly do: 'patch-json'; readonly target: ObjectTarget; readonly operations: readonly JsonOperation[] };

/** An average over the pods: in percent of what they request, or a quantity. */
export type AutoscaleMetric =
  | { readonly resource: 'cpu' | 'memory'; readonly percent: number }
  | { readonly resource: 'cpu' | 'memory'; readonly quantity: string };

/** One operation of a JSON patch (RFC 6902); `path` is split at its slashes. */
export interface JsonOperation {
  readonly op: 'add' | 'replace' | 'remove' | 'test';
  readonly path: readonly string[];
  readonly value: unknown;
}

export interface DrainCommand {
  readonly do: 'drain';
  readonly target: ObjectTarget;
  readonly ignoreDaemonSets: boolean;
  readonly deleteEmptyDirData: boolean;
  readonly force: boolean;
  /** Deletes the pods, whatever their budgets say. */
  readonly disableEviction: boolean;
  /** In kubectl's `-l` form; empty: all pods of the node. */
  readonly podSelector: string;
  readonly gracePeriodSeconds: number | null;
  /** null: no limit. */
  readonly timeoutUs: Micros | null;
}

/** What happens to machines. A null duration lasts until a later `recover` or the end of the run. */
export type FaultCommand =
  | { readonly do: 'kubelet-stop' | 'kubelet-start' | 'reboot-node' | 'recover-node'; readonly node: string }
  | { readonly do: 'fail-node'; readonly node: string; readonly forUs: Micros | null }
  | { readonly do: 'fail-zone'; readonly zone: string; readonly forUs: Micros | null }
  | { readonly do: 'recover-zone'; readonly zone: string };
