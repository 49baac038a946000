import { SYSTEM_PRIORITY_CLASSES } from '../cluster/api/admission/pod.js';

/**
 * Objects by kind that every cluster (or every namespace) has without a manifest. Sources: kubernetes v1.36.3
 * pkg/controlplane/instance.go, pkg/controller/certificates/rootcacertpublisher, pkg/controller/serviceaccount.
 */
export const BUILT_IN_NAMES: Readonly<Record<string, readonly string[]>> = {
  ConfigMap: ['kube-root-ca.crt'],
  Namespace: ['default', 'kube-system', 'kube-public', 'kube-node-lease'],
  PriorityClass: [...SYSTEM_PRIORITY_CLASSES.keys()],
  ServiceAccount: ['default'],
};
