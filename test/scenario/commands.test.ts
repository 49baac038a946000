import { describe, expect, test } from 'vitest';
import type { Command } from '../../src/scenario/commands.js';
import { parseCommand } from '../../src/scenario/timeline.js';

const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default' } };
const parse = (text: string) => parseCommand(text, (file) => (file === 'a.yaml' ? [object as never] : `no ${file}`));
const named = (kind: string, name: string, namespace = 'default') => ({
  by: 'name',
  references: [{ kind, namespace, name }],
});
const selected = (kind: string, selector: string, namespace: string) => ({
  by: 'selector',
  kinds: [{ kind, namespace }],
  selector,
});
const nodes = (...names: readonly string[]) => ({
  by: 'name',
  references: names.map((name) => ({ kind: 'Node', namespace: '', name })),
});

const READ: readonly (readonly [string, unknown])[] = [
  [
    'kubectl taint nodes n1 n2 maint=now:NoExecute old- gone:NoSchedule- -n shop',
    {
      do: 'taint',
      target: nodes('n1', 'n2'),
      add: [{ key: 'maint', value: 'now', effect: 'NoExecute' }],
      remove: [{ key: 'old' }, { key: 'gone', effect: 'NoSchedule' }],
      overwrite: false,
    },
  ],
  [
    'kubectl set image deployment/web server=web:v2 *=x',
    {
      do: 'set-image',
      target: named('Deployment', 'web'),
      images: [
        { container: 'server', image: 'web:v2' },
        { container: '*', image: 'x' },
      ],
    },
  ],
  [
    "kubectl set resources deploy web -n shop -c=server --limits='cpu=500m,memory=1Gi' --requests cpu=100m",
    {
      do: 'set-resources',
      target: named('Deployment', 'web', 'shop'),
      container: 'server',
      requests: { cpu: '100m' },
      limits: { cpu: '500m', memory: '1Gi' },
    },
  ],
  [
    'kubectl scale --replicas=5 deployment/web',
    { do: 'scale', target: named('Deployment', 'web'), replicas: 5, currentReplicas: null },
  ],
  [
    'kubectl scale rs -l app=web --replicas 0 --current-replicas=2',
    {
      do: 'scale',
      target: selected('ReplicaSet', 'app=web', 'default'),
      replicas: 0,
      currentReplicas: 2,
    },
  ],
  ['kubectl rollout undo deployment/web', { do: 'rollout-undo', target: named('Deployment', 'web'), toRevision: 0 }],
  [
    'kubectl rollout undo deployment/web --to-revision=3',
    { do: 'rollout-undo', target: named('Deployment', 'web'), toRevision: 3 },
  ],
  ['kubectl rollout pause deployments.apps/web', { do: 'rollout-pause', target: named('Deployment', 'web') }],
  ['kubectl rollout restart deployment web', { do: 'rollout-restart', target: named('Deployment', 'web') }],
  [
    'kubectl delete pod a b --grace-period=0 --force',
    {
      do: 'delete',
      target: {
        by: 'name',
        references: [
          { kind: 'Pod', namespace: 'default', name: 'a' },
          { kind: 'Pod', namespace: 'default', name: 'b' },
        ],
      },
      gracePeriodSeconds: 0,
      force: true,
      ignoreNotFound: false,
      propagation: 'background',
    },
  ],
  [
    'kubectl delete deployment/web --cascade=orphan',
    {
      do: 'delete',
      target: named('Deployment', 'web'),
      gracePeriodSeconds: null,
      force: false,
      ignoreNotFound: false,
      propagation: 'orphan',
    },
  ],
  [
    'kubectl delete node general-1',
    {
      do: 'delete',
      target: named('Node', 'general-1', ''),
      gracePeriodSeconds: null,
      force: false,
      ignoreNotFound: false,
      propagation: 'background',
    },
  ],
  [
    'kubectl -n shop scale --timeout=1m deployment/web statefulset/db --replicas=2',
    {
      do: 'scale',
      target: {
        by: 'name',
        references: [
          { kind: 'Deployment', namespace: 'shop', name: 'web' },
          { kind: 'StatefulSet', namespace: 'shop', name: 'db' },
        ],
      },
      replicas: 2,
      currentReplicas: null,
    },
  ],
  [
    'kubectl --namespace=shop rollout restart deployment/web',
    { do: 'rollout-restart', target: named('Deployment', 'web', 'shop') },
  ],
  [
    'kubectl delete job,cronjob a b',
    {
      do: 'delete',
      target: {
        by: 'name',
        references: ['Job', 'CronJob'].flatMap((kind) =>
          ['a', 'b'].map((name) => ({ kind, namespace: 'default', name })),
        ),
      },
      gracePeriodSeconds: null,
      force: false,
      ignoreNotFound: false,
      propagation: 'background',
    },
  ],
  [
    'kubectl delete all,pods,pvc -l app=web',
    {
      do: 'delete',
      target: {
        by: 'selector',
        kinds: [
          'Pod',
          'ReplicationController',
          'Service',
          'DaemonSet',
          'Deployment',
          'ReplicaSet',
          'StatefulSet',
          'HorizontalPodAutoscaler',
          'CronJob',
          'Job',
          'PersistentVolumeClaim',
        ].map((kind) => ({ kind, namespace: 'default' })),
        selector: 'app=web',
      },
      gracePeriodSeconds: null,
      force: false,
      ignoreNotFound: true,
      propagation: 'background',
    },
  ],
  [
    'kubectl delete pods --all',
    {
      do: 'delete',
      target: selected('Pod', '', 'default'),
      gracePeriodSeconds: null,
      force: false,
      ignoreNotFound: true,
      propagation: 'background',
    },
  ],
  [
    'kubectl delete -f a.yaml',
    {
      do: 'delete',
      target: named('Pod', 'p'),
      gracePeriodSeconds: null,
      force: false,
      ignoreNotFound: false,
      propagation: 'background',
    },
  ],
  ['kubectl apply -f a.yaml', { do: 'apply', objects: [object] }],
  ['k create -fa.yaml', { do: 'create', objects: [object], failure: '' }],
  ['kubectl replace -f a.yaml', { do: 'replace', objects: [object] }],
  [
    'kubectl expose deployment/web --port=80 --target-port=http --type=NodePort --name=front',
    {
      do: 'expose',
      target: named('Deployment', 'web'),
      name: 'front',
      ports: [80],
      targetPort: 'http',
      protocol: 'TCP',
      type: 'NodePort',
      clusterIP: '',
      selector: null,
      labels: null,
    },
  ],
  [
    'kubectl autoscale deployment web --min=2 --max=10 --cpu-percent=60',
    {
      do: 'autoscale',
      target: named('Deployment', 'web'),
      name: 'web',
      minReplicas: 2,
      maxReplicas: 10,
      metrics: [{ resource: 'cpu', percent: 60 }],
    },
  ],
  [
    'kubectl autoscale deployment web --max=10 --cpu=500m --memory=70%',
    {
      do: 'autoscale',
      target: named('Deployment', 'web'),
      name: 'web',
      minReplicas: 1,
      maxReplicas: 10,
      metrics: [
        { resource: 'cpu', quantity: '500m' },
        { resource: 'memory', percent: 70 },
      ],
    },
  ],
  [
    'kubectl expose rs web --port=80,443 --cluster-ip=None --selector=app=web,tier=front -l team=a',
    {
      do: 'expose',
      target: named('ReplicaSet', 'web'),
      name: 'web',
      ports: [80, 443],
      targetPort: null,
      protocol: 'TCP',
      type: 'ClusterIP',
      clusterIP: 'None',
      selector: { app: 'web', tier: 'front' },
      labels: { team: 'a' },
    },
  ],
  [
    'kubectl set env deployment/web LEVEL=debug OLD- -c server --env=A=b=c',
    {
      do: 'set-env',
      target: named('Deployment', 'web'),
      container: 'server',
      values: { LEVEL: 'debug', OLD: null, A: 'b=c' },
    },
  ],
  [
    "kubectl set selector service web 'app=web,slot=green'",
    { do: 'set-selector', target: named('Service', 'web'), selector: { app: 'web', slot: 'green' } },
  ],
  [
    'kubectl create job once --from=cronjob/tick -n shop',
    { do: 'job-from', target: named('CronJob', 'tick', 'shop'), name: 'once' },
  ],
  [
    `kubectl patch service/web --type=json -p '[{"op":"replace","path":"/spec/ports/0/port","value":81},{"op":"remove","path":"/metadata/labels/a~1b"}]'`,
    {
      do: 'patch-json',
      target: named('Service', 'web'),
      operations: [
        { op: 'replace', path: ['spec', 'ports', '0', 'port'], value: 81 },
        { op: 'remove', path: ['metadata', 'labels', 'a/b'], value: undefined },
      ],
    },
  ],
  ['kubectl cordon general-1 node/general-2', { do: 'cordon', target: nodes('general-1', 'general-2') }],
  ['kubectl cordon -l zone=a', { do: 'cordon', target: selected('Node', 'zone=a', '') }],
  [
    'kubectl taint nodes --all old-',
    {
      do: 'taint',
      target: selected('Node', '', ''),
      add: [],
      remove: [{ key: 'old' }],
      overwrite: false,
    },
  ],
  ['kubectl uncordon general-1', { do: 'uncordon', target: nodes('general-1') }],
  [
    'kubectl drain general-1 --ignore-daemonsets --timeout=5m --disable-eviction --pod-selector=app=web',
    {
      do: 'drain',
      target: nodes('general-1'),
      ignoreDaemonSets: true,
      deleteEmptyDirData: false,
      force: false,
      disableEviction: true,
      podSelector: 'app=web',
      gracePeriodSeconds: null,
      timeoutUs: 300_000_000,
    },
  ],
  [
    'kubectl drain -l disk=ssd',
    {
      do: 'drain',
      target: selected('Node', 'disk=ssd', ''),
      ignoreDaemonSets: false,
      deleteEmptyDirData: false,
      force: false,
      disableEviction: false,
      podSelector: '',
      gracePeriodSeconds: null,
      timeoutUs: null,
    },
  ],
  [
    'kubectl label pod/a tier=web old- --overwrite',
    { do: 'label', target: named('Pod', 'a'), values: { tier: 'web', old: null }, overwrite: true },
  ],
  [
    `kubectl patch deployment web -p '{"spec":{"paused":true}}' --type=merge`,
    { do: 'patch', target: named('Deployment', 'web'), type: 'merge', patch: { spec: { paused: true } } },
  ],
  ['ssh general-2 systemctl stop kubelet', { do: 'kubelet-stop', node: 'general-2' }],
  ['ssh general-2 sudo systemctl start kubelet.service', { do: 'kubelet-start', node: 'general-2' }],
  ['ssh general-2 "systemctl stop kubelet"', { do: 'kubelet-stop', node: 'general-2' }],
  ['fail node general-2', { do: 'fail-node', node: 'general-2', forUs: null }],
  ['fail node general-2 for 3m', { do: 'fail-node', node: 'general-2', forUs: 180_000_000 }],
  ['fail zone a for 90s', { do: 'fail-zone', zone: 'a', forUs: 90_000_000 }],
  ['recover node general-2', { do: 'recover-node', node: 'general-2' }],
  ['recover zone a', { do: 'recover-zone', zone: 'a' }],
  ['reboot node general-2', { do: 'reboot-node', node: 'general-2' }],
];

describe('commands that are read', () => {
  test.each(READ)('%s', (text, expected) => {
    expect(parse(text).value).toEqual(expected as Command);
  });
});

describe('commands that are refused, at the word that is wrong', () => {
  test.each([
    ['', '', ''],
    ['kubctl scale', 'kubctl', 'did you mean "kubectl"?'],
    ['kubectl', 'kubectl', ''],
    ['kubectl scal deployment/web', 'scal', 'did you mean "scale"?'],
    ['kubectl rollout udno deployment/web', 'udno', 'did you mean "rollout undo"?'],
    ['kubectl get pods', 'get', 'use expect'],
    ['kubectl rollout status deployment/web', 'rollout', 'use expect'],
    ['kubectl scale deployment/web', 'scale', ''],
    ['kubectl scale deployment/web --replicas=many', 'many', ''],
    ['kubectl scale deployment/web --replicas=-1', '-1', ''],
    ['kubectl scale deployment/web --replica=1', '--replica=1', 'did you mean "--replicas"?'],
    ['kubectl scale deployment/web --replicas', '--replicas', ''],
    ['kubectl scale deployment/web --replicas=1 --replicas=2', '--replicas=2', ''],
    ['kubectl autoscale deployment/web deployment/x --max=2 --cpu=50%', 'deployment/x', ''],
    ['kubectl expose deployment,pod -l app=web', 'deployment,pod', ''],
    ['kubectl delete pod,deplyment web', 'pod,deplyment', 'did you mean "deployment"?'],
    ['kubectl -n shop', '-n', ''],
    ['kubectl scale deplyment/web --replicas=1', 'deplyment/web', 'did you mean "deployment"?'],
    ['kubectl scale web --replicas=1', 'web', ''],
    ['kubectl scale deployment/../x --replicas=1', 'deployment/../x', ''],
    ['kubectl scale deployment -l "app in (" --replicas=1', 'app in (', ''],
    ['kubectl rollout restart service/web', 'service/web', ''],
    ['kubectl set image deployment/web', 'image', ''],
    ['kubectl set image deployment/web =v2', '=v2', ''],
    ['kubectl set resources deployment/web --limits=cpu=lots', 'cpu=lots', ''],
    ['kubectl delete pod a --cascade=maybe', 'maybe', ''],
    ['kubectl apply -f no.yaml', 'no.yaml', ''],
    ['kubectl patch deployment web -p "{"', '{', ''],
    ['kubectl autoscale deployment web --min=5 --max=2', '2', ''],
    ['kubectl autoscale deployment web --max=2', 'autoscale', ''],
    ['kubectl autoscale deployment web --max=2 --cpu=lots', 'lots', ''],
    ['kubectl label pod a tier=web tier-', 'tier-', ''],
    ['kubectl set env deployment/web 1BAD=x', '1BAD=x', ''],
    ['kubectl set env deployment/web', 'env', ''],
    ['kubectl set selector service/web', 'service/web', ''],
    ['kubectl cordon', 'cordon', ''],
    ['kubectl cordon general-1 -l zone=a', 'general-1', ''],
    ['kubectl taint nodes a=b:NoSchedule', 'taint', ''],
    ['kubectl edit deployment/web', 'edit', 'kubectl patch'],
    ['kubectl replace', 'replace', ''],
    ['kubectl run web', 'run', ''],
    ['kubectl run bad_name --image=x', 'bad_name', ''],
    ['kubectl run web --image=x --expose', '--expose', ''],
    ['kubectl run web --image=x --labels=a', 'a', ''],
    ['kubectl run web --image=x --env=MODE', 'MODE', ''],
    ["kubectl run web --image=x --overrides='{bad'", '{bad', ''],
    [`kubectl run web --image=x --overrides='{"spec":{"restartpolicy":"Never"}}'`, '{"spec', 'did you mean'],
    [`kubectl run web --image=x --overrides='{"kind":"PodList","items":[]}'`, '{"kind', ''],
    ["kubectl run web --image=x --overrides='5'", '5', ''],
    ['kubectl delete pod a -- b', 'b', ''],
    ['kubectl create', 'create', ''],
    ['kubectl create deploymet web --image=x', 'deploymet', 'did you mean "deployment"?'],
    ['kubectl create deployment --image=x', 'deployment', ''],
    ['kubectl create deployment web', 'create', ''],
    ['kubectl create deployment web extra --image=x', 'extra', ''],
    ['kubectl create job once --image=x --schedule=1', '1', ''],
    ['kubectl create job once --from=deployment/web', 'deployment/web', ''],
    ['kubectl create cronjob tick --image=x --schedule=nope', 'tick', ''],
    ['kubectl create service nodport web --tcp=80', 'nodport', 'did you mean "nodeport"?'],
    ['kubectl create service nodeport web', 'create', ''],
    ['kubectl create pdb web --selector=a=b --min-available=1 --max-unavailable=1', '1', ''],
    ['kubectl create pdb web --selector=a=b', 'create', ''],
    ['kubectl create priorityclass top --value=2000000000', 'top', ''],
    ['kubectl patch service web --type=json -p "{}"', '{}', ''],
    [`kubectl patch service web --type=json -p '[{"op":"replac","path":"/a"}]'`, '[{', 'did you mean "replace"?'],
    [`kubectl patch service web -p '[]'`, '[]', '--type=json'],
    ['kubectl label pod a "tier=not a label"', 'tier=not a label', ''],
    ['kubectl label pod a', 'label', ''],
    ["kubectl scale 'deployment/web --replicas=1", "'deployment/web --replicas=1", ''],
    ['ssh general-1 rm -rf /', 'rm', ''],
    ['ssh general-1 systemctl stop docker', 'docker', ''],
    ['ssh general-1', 'ssh', ''],
    ['fail nod general-1', 'nod', 'did you mean "node"?'],
    ['fail node general-1 for', 'for', ''],
    ['fail node general-1 for 3 minutes', '3', ''],
    ['fail node general-1 for 3m please', 'please', ''],
    ['recover', 'recover', ''],
    ['reboot zone a', 'zone', ''],
  ])('%s', (text, word, hint) => {
    const { value, fault } = parse(text);
    expect(value).toBeUndefined();
    expect(
      text
        .slice(fault!.offset)
        .replace(/^["']/, word.startsWith("'") ? "'" : '')
        .startsWith(word.slice(0, 3)),
    ).toBe(true);
    expect(fault!.hint).toContain(hint);
    expect(fault!.message).not.toBe('');
  });
});
