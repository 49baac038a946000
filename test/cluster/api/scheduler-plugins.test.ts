import { describe, expect, test } from 'vitest';
import { pluginsByPoint, scoreWeights } from '../../../src/cluster/api/scheduler-plugins.js';

const named = (...names: string[]) => names.map((name) => ({ name }));
const without = (names: readonly string[], ...dropped: string[]) => names.filter((name) => !dropped.includes(name));

describe('the default profile', () => {
  /** reference/scheduling.md 3: what the real framework lists. */
  const byPoint = pluginsByPoint();
  test.each([
    ['preEnqueue', 'SchedulingGates, DynamicResources, DefaultPreemption'],
    ['queueSort', 'PrioritySort'],
    [
      'preFilter',
      'NodeAffinity, NodePorts, NodeResourcesFit, VolumeRestrictions, NodeVolumeLimits, VolumeBinding, VolumeZone, PodTopologySpread, InterPodAffinity, DynamicResources, NodeDeclaredFeatures',
    ],
    [
      'filter',
      'NodeUnschedulable, NodeName, TaintToleration, NodeAffinity, NodePorts, NodeResourcesFit, VolumeRestrictions, NodeVolumeLimits, VolumeBinding, VolumeZone, PodTopologySpread, InterPodAffinity, DynamicResources, NodeDeclaredFeatures',
    ],
    ['postFilter', 'DynamicResources, DefaultPreemption'],
    [
      'preScore',
      'TaintToleration, NodeAffinity, NodeResourcesFit, VolumeBinding, PodTopologySpread, InterPodAffinity, NodeResourcesBalancedAllocation',
    ],
    ['reserve', 'VolumeBinding, DynamicResources'],
    ['permit', ''],
    ['preBind', 'VolumeBinding, DynamicResources'],
    ['bind', 'DefaultBinder'],
    ['postBind', ''],
  ] as const)('%s', (point, plugins) => expect(byPoint[point].join(', ')).toBe(plugins));

  test('score, with weights', () => {
    expect([...scoreWeights()].map(([name, weight]) => `${name} ${weight}`).join(', ')).toBe(
      'TaintToleration 3, NodeAffinity 2, NodeResourcesFit 1, VolumeBinding 1, PodTopologySpread 2, InterPodAffinity 2, DynamicResources 2, NodeResourcesBalancedAllocation 1, ImageLocality 1',
    );
    expect([...scoreWeights().keys()]).toEqual(byPoint.score);
  });
});

describe('merging', () => {
  const { filter, score } = pluginsByPoint();

  test('a default that is given again keeps its place, with its new weight', () => {
    const plugins = { multiPoint: { enabled: [{ name: 'NodeResourcesFit', weight: 100 }] } };
    expect(pluginsByPoint(plugins)).toEqual(pluginsByPoint());
    expect(scoreWeights(plugins).get('NodeResourcesFit')).toBe(100);
    expect(scoreWeights({ multiPoint: { enabled: named('TaintToleration') } }).get('TaintToleration')).toBe(1);
  });

  test('a disabled default is gone, at one point or at all', () => {
    expect(pluginsByPoint({ filter: { disabled: named('NodePorts') } })).toMatchObject({
      filter: without(filter, 'NodePorts'),
      preFilter: expect.arrayContaining(['NodePorts']) as unknown,
    });
    const everywhere = pluginsByPoint({ multiPoint: { disabled: named('NodeAffinity') } });
    expect(everywhere.filter).toEqual(without(filter, 'NodeAffinity'));
    expect(everywhere.score).toEqual(without(score, 'NodeAffinity'));
  });

  test('a star leaves what the same list enables, in its order', () => {
    const own = pluginsByPoint({ score: { disabled: named('*'), enabled: named('ImageLocality', 'NodeAffinity') } });
    expect(own.score).toEqual(['ImageLocality', 'NodeAffinity']);
    expect(own.filter).toEqual(filter);
    const all = pluginsByPoint({
      multiPoint: { disabled: named('*'), enabled: named('NodeResourcesFit', 'NodeName', 'PrioritySort') },
    });
    expect(all.filter).toEqual(['NodeResourcesFit', 'NodeName']);
    expect(all.queueSort).toEqual(['PrioritySort']);
    expect(all.bind).toEqual([]);
  });

  test("what a point's own list gives again comes before MultiPoint, and its weight counts", () => {
    const plugins = {
      score: { enabled: [{ name: 'ImageLocality', weight: 7 }, { name: 'NodeAffinity' }] },
      multiPoint: { enabled: [{ name: 'ImageLocality', weight: 5 }] },
    };
    expect(pluginsByPoint(plugins).score).toEqual([
      'ImageLocality',
      'NodeAffinity',
      ...without(score, 'ImageLocality', 'NodeAffinity'),
    ]);
    const weights = scoreWeights(plugins);
    expect([weights.get('ImageLocality'), weights.get('NodeAffinity')]).toEqual([7, 1]);
  });

  test('a default dropped and enabled again goes to the end', () => {
    const plugins = { multiPoint: { disabled: named('NodeName'), enabled: named('NodeName') } };
    expect(pluginsByPoint(plugins).filter).toEqual([...without(filter, 'NodeName'), 'NodeName']);
    const atPoint = { filter: { disabled: named('NodeName'), enabled: named('NodeName') } };
    expect(pluginsByPoint(atPoint).filter).toEqual([...without(filter, 'NodeName'), 'NodeName']);
  });
});
