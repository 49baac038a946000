import type { PodSpec } from '../../api/objects/pod.js';
import type { PersistentVolume, StorageNode } from '../../api/objects/storage.js';

/**
 * Sources of volumes that Kubernetes once served itself and now leaves to storage drivers. Portworx, vSphere and Azure
 * Files are left out: their migration is not looked at, or behind a gate.
 * Source: kubernetes v1.36.3 staging/src/k8s.io/csi-translation-lib/plugins; plugins/nodevolumelimits/utils.go: isCSIMigrationOn.
 */
interface InTreePlugin {
  /** Its name as a provisioner, and in the annotation of a CSINode. */
  readonly name: string;
  readonly driver: string;
  readonly source: string;
  /** Name of the disk as the driver knows it. */
  readonly handleOf: (source: Readonly<Record<string, string>>, zone: string) => string;
}

const PLUGINS: readonly InTreePlugin[] = [
  {
    name: 'kubernetes.io/aws-ebs',
    driver: 'ebs.csi.aws.com',
    source: 'awsElasticBlockStore',
    // `aws://ZONE/vol-1` is the disk vol-1.
    handleOf: ({ volumeID = '' }) => volumeID.slice(volumeID.lastIndexOf('/') + 1),
  },
  {
    name: 'kubernetes.io/gce-pd',
    driver: 'pd.csi.storage.gke.io',
    source: 'gcePersistentDisk',
    handleOf: ({ pdName = '' }, zone) => `projects/UNSPECIFIED/zones/${zone}/disks/${pdName}`,
  },
  {
    name: 'kubernetes.io/azure-disk',
    driver: 'disk.csi.azure.com',
    source: 'azureDisk',
    handleOf: ({ diskURI = '' }) => diskURI,
  },
  {
    name: 'kubernetes.io/cinder',
    driver: 'cinder.csi.openstack.org',
    source: 'cinder',
    handleOf: ({ volumeID = '' }) => volumeID,
  },
];

const UNSPECIFIED_ZONE = 'UNSPECIFIED';
const MIGRATED_PLUGINS = 'storage.alpha.kubernetes.io/migrated-plugins';

/** A disk for which a node must have room. */
export interface AttachableDisk {
  readonly driver: string;
  readonly handle: string;
  /** It counts only on nodes whose CSINode says that this plugin is migrated; '' for disks of drivers. */
  readonly inTreePlugin: string;
}

/** Disks of drivers that the pod names itself, by a source from before there were drivers. */
export function inTreeDisksOf({ volumes = [] }: PodSpec): readonly AttachableDisk[] {
  return volumes.flatMap((volume) => diskIn(volume, UNSPECIFIED_ZONE) ?? []);
}

/** The disk of a volume that names none of a driver; undefined: it is none. */
export function inTreeDiskOf({ metadata, spec }: PersistentVolume): AttachableDisk | undefined {
  const labels = metadata.labels ?? {};
  const zone = labels['topology.kubernetes.io/zone'] ?? labels['failure-domain.beta.kubernetes.io/zone'];
  return diskIn(spec as Readonly<Record<string, unknown>>, zone ?? UNSPECIFIED_ZONE);
}

function diskIn(sources: Readonly<Record<string, unknown>>, zone: string): AttachableDisk | undefined {
  for (const { name, driver, source, handleOf } of PLUGINS) {
    const found = sources[source] as Readonly<Record<string, string>> | undefined;
    if (found !== undefined) return { driver, handle: handleOf(found, zone), inTreePlugin: name };
  }
  return undefined;
}

/** The driver that a class means, and the plugin that it replaces, if any. */
export function driverOfProvisioner(provisioner: string): Pick<AttachableDisk, 'driver' | 'inTreePlugin'> {
  const plugin = PLUGINS.find(({ name }) => name === provisioner);
  return plugin === undefined
    ? { driver: provisioner, inTreePlugin: '' }
    : { driver: plugin.driver, inTreePlugin: plugin.name };
}

export function migratedPlugins(node: StorageNode): readonly string[] {
  return node.metadata.annotations?.[MIGRATED_PLUGINS]?.split(',') ?? [];
}
