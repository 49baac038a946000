import { spawnSync } from 'node:child_process';

/** The same models in SimPy, for machines that have Python and SimPy; each prints requests a second of processor time. */
const SCRIPTS = {
  mm1: `
import random, simpy, time
random.seed(1)
N = 200_000
waits = [0.0]
def customer(env, server):
    arrived = env.now
    with server.request() as slot:
        yield slot
        waits[0] += env.now - arrived
        yield env.timeout(random.expovariate(1.0))
def source(env, server):
    for _ in range(N):
        yield env.timeout(random.expovariate(0.8))
        env.process(customer(env, server))
env = simpy.Environment()
env.process(source(env, simpy.Resource(env)))
start = time.process_time()
env.run()
print(N / (time.process_time() - start))
`,
  requests: `
import random, simpy, sys, time
random.seed(1)
PODS = int(sys.argv[1]); N = 100_000; CPU = 0.01; SLOTS = 8
class Pod:
    def __init__(self, env):
        self.env = env; self.slots = simpy.Resource(env, SLOTS)
        self.running = {}; self.virtual = 0.0; self.updated = 0.0; self.version = 0
    def advance(self):
        if self.running: self.virtual += (self.env.now - self.updated) / len(self.running)
        self.updated = self.env.now
    def arm(self):
        self.version += 1
        if self.running: self.env.process(self.finish(self.version))
    def finish(self, version):
        event, tag = min(self.running.items(), key=lambda item: item[1])
        yield self.env.timeout(max(0.0, (tag - self.virtual) * len(self.running)))
        if version != self.version: return
        self.advance(); del self.running[event]; event.succeed(); self.arm()
    def work(self, demand):
        self.advance(); event = self.env.event()
        self.running[event] = self.virtual + demand; self.arm()
        return event
latencies = []
def request(env, pod):
    sent = env.now; link = random.lognormvariate(-7.13, 0.45) / 2
    yield env.timeout(link)
    with pod.slots.request() as slot:
        yield slot
        yield pod.work(random.expovariate(1 / CPU))
    yield env.timeout(link)
    latencies.append(env.now - sent)
def source(env, pods):
    for _ in range(N):
        yield env.timeout(random.expovariate(PODS * 0.8 / CPU))
        env.process(request(env, random.choice(pods)))
env = simpy.Environment()
env.process(source(env, [Pod(env) for _ in range(PODS)]))
start = time.process_time()
env.run()
print(N / (time.process_time() - start))
`,
};

const LIMIT_MS = 120_000;

/** The figure of SimPy; undefined where it is not installed. */
export function simpyContestant(
  model: keyof typeof SCRIPTS,
  argument = 0,
): { readonly name: string; readonly value: number } | undefined {
  const { status, stdout } = spawnSync('python3', ['-c', SCRIPTS[model], String(argument)], {
    encoding: 'utf8',
    timeout: LIMIT_MS,
  });
  return status === 0 ? { name: 'SimPy', value: Number(stdout.trim()) } : undefined;
}
