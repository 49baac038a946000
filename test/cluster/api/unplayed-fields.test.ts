import { expect, it } from 'vitest';
import { decodeManifest } from '../../../src/cluster/api/decode.js';
import { unplayedFields } from '../../../src/cluster/api/unplayed-fields.js';

function unplayed(manifest: object): string[] {
  const [result] = decodeManifest(manifest);
  if (result?.object === undefined) throw new Error(JSON.stringify(result?.issues));
  return unplayedFields(result.object);
}

const metadata = { name: 'web' };

it('names each field that is stored and not simulated once', () => {
  const volumes = [
    { name: 'data', nfs: { server: 'files', path: '/' } },
    { name: 'more', nfs: { server: 'files', path: '/more' } },
    { name: 'claimed', persistentVolumeClaim: { claimName: 'data' } },
    { name: 'tmp', emptyDir: {} },
  ];
  const lifecycle = { postStart: { exec: { command: ['true'] } }, preStop: { exec: { command: ['true'] } } };
  const containers = [{ name: 'web', image: 'nginx', workingDir: '/srv', lifecycle }];
  const template = {
    metadata: { labels: { app: 'web' } },
    spec: { volumes, containers, hostAliases: [{ ip: '10.1.1.1' }] },
  };
  const spec = { selector: { matchLabels: { app: 'web' } }, template };
  expect(unplayed({ apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec })).toEqual([
    'spec.template.spec.hostAliases',
    'spec.template.spec.volumes.nfs',
    'spec.template.spec.containers.lifecycle.postStart',
  ]);
});

it('says nothing of what is played, and all of a kind that is only stored', () => {
  expect(
    unplayed({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [{ name: 'a', image: 'a' }] } }),
  ).toEqual([]);
  expect(unplayed({ apiVersion: 'v1', kind: 'Service', metadata, spec: { externalIPs: ['1.2.3.4'] } })).toEqual([
    'spec.externalIPs',
  ]);
  expect(unplayed({ apiVersion: 'v1', kind: 'ConfigMap', metadata })).toEqual(['']);
  expect(unplayed({ apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata, spec: { x: 1 } })).toEqual(['']);
});

it('looks at the pods of Jobs, and of those that CronJobs make', () => {
  const pod = { restartPolicy: 'Never', activeDeadlineSeconds: 5, containers: [{ name: 'a', image: 'a' }] };
  const job = { template: { spec: pod } };
  const cron = { schedule: '@hourly', jobTemplate: { spec: job } };
  expect(unplayed({ apiVersion: 'batch/v1', kind: 'Job', metadata, spec: job })).toEqual([
    'spec.template.spec.activeDeadlineSeconds',
  ]);
  expect(unplayed({ apiVersion: 'batch/v1', kind: 'CronJob', metadata, spec: cron })).toEqual([
    'spec.jobTemplate.spec.template.spec.activeDeadlineSeconds',
  ]);
});

it('knows that an autoscaler sees the CPU alone', () => {
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
  const target = { type: 'Utilization', averageUtilization: 50 };
  const metrics = [
    { type: 'Resource', resource: { name: 'cpu', target } },
    { type: 'Resource', resource: { name: 'memory', target } },
  ];
  const spec = { scaleTargetRef, maxReplicas: 3, metrics };
  expect(unplayed({ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata, spec })).toEqual([
    'spec.metrics.resource',
  ]);
});

it('names maxUnavailable of a StatefulSet, which Kubernetes drops as long as its gate is off', () => {
  const template = { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'db', image: 'db' }] } };
  const updateStrategy = { rollingUpdate: { partition: 1, maxUnavailable: 2 } };
  const spec = { serviceName: 'db', selector: { matchLabels: { app: 'db' } }, updateStrategy, template };
  expect(unplayed({ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec })).toEqual([
    'spec.updateStrategy.rollingUpdate.maxUnavailable',
  ]);
});
