import { exponential, sample } from '../../src/kernel/distributions.js';
import { NO_EVENT, type EventHandle } from '../../src/kernel/event-queue.js';
import { defineEvents, Handlers } from '../../src/kernel/events.js';
import { createHistogram, type Histogram, recordValue } from '../../src/kernel/histogram.js';
import { openTable, recordRow, type TableDefinition } from '../../src/kernel/probe.js';
import { draws, drawsOnce, openStream } from '../../src/kernel/random.js';
import { cancel, createKernel, type KernelWorld, rescheduleAt, schedule } from '../../src/kernel/simulation.js';

/** A small shop that uses every part of the kernel: customers arrive, are served one by one, and lose patience. */
export interface ToyWorld extends KernelWorld {
  readonly shop: {
    readonly waiting: number[];
    /** When each customer would leave: the handle of the event, by customer. */
    readonly patience: Map<number, EventHandle>;
    readonly waits: Histogram;
    busy: boolean;
    nextCustomer: number;
  };
}

export const toy = defineEvents('toy', 1_400, ['arrival', 'served', 'gaveUp', 'hurry']);

const MEAN_GAP_US = 1_000;
const MEAN_SERVICE_US = 900;
const MEAN_PATIENCE_US = 5_000;

export const departures: TableDefinition = {
  name: 'departures',
  description: 'Customers who left',
  columns: [
    { name: 'at', type: 'number', unit: 's', description: 'When the customer left' },
    { name: 'customer', type: 'integer', unit: '', description: 'Number of the customer' },
    { name: 'why', type: 'text', unit: '', description: 'served or gaveUp' },
  ],
};

export function createToyWorld(seed: string): ToyWorld {
  const world: ToyWorld = {
    kernel: createKernel(seed),
    shop: { waiting: [], patience: new Map(), waits: createHistogram(), busy: false, nextCustomer: 0 },
  };
  openTable(world, departures);
  schedule(world, 0, toy.arrival, 0, 0);
  return world;
}

export function toyHandlers(): Handlers<ToyWorld> {
  const handlers = new Handlers<ToyWorld>();
  handlers.on(toy.arrival, (world) => {
    const customer = world.shop.nextCustomer++;
    const patience = sample(exponential(MEAN_PATIENCE_US), drawsOnce(world, `shop/${customer}/patience`));
    world.shop.waiting.push(customer);
    world.shop.patience.set(customer, schedule(world, patience, toy.gaveUp, customer, 0));
    schedule(world, drawExponential(world, 'shop/arrivals', MEAN_GAP_US), toy.arrival, 0, 0);
    if (customer % 7 === 0) schedule(world, 0, toy.hurry, customer, -customer);
    serveNext(world);
  });
  handlers.on(toy.served, (world, customer) => {
    recordRow(world, departures, [world.kernel.now / 1e6, customer, 'served']);
    world.shop.busy = false;
    serveNext(world);
  });
  handlers.on(toy.gaveUp, (world, customer) => {
    recordRow(world, departures, [world.kernel.now / 1e6, customer, 'gaveUp']);
    world.shop.patience.delete(customer);
    world.shop.waiting.splice(world.shop.waiting.indexOf(customer), 1);
  });
  handlers.on(toy.hurry, (world, customer) => {
    const handle = world.shop.patience.get(customer) ?? NO_EVENT;
    if (handle !== NO_EVENT) rescheduleAt(world, handle, world.kernel.now + 1);
  });
  return handlers;
}

function serveNext(world: ToyWorld): void {
  const { shop, kernel } = world;
  if (shop.busy) return;
  const customer = shop.waiting.shift();
  if (customer === undefined) return;
  cancel(world, shop.patience.get(customer)!);
  shop.patience.delete(customer);
  shop.busy = true;
  const serviceUs = drawExponential(world, 'shop/service', MEAN_SERVICE_US);
  recordValue(shop.waits, serviceUs + kernel.queue.size);
  schedule(world, serviceUs, toy.served, customer, 0);
}

function drawExponential(world: ToyWorld, name: string, mean: number): number {
  return sample(exponential(mean), draws(world, openStream(world, name)));
}
