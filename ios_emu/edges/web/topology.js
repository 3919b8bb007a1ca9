// The plan of the lab: devices to drag, to open and to look at, cables with link lights, frames on their way.
// All texts are put in as texts: nothing of a lab is ever read as HTML.
const STEP = 0.02;
const FLIGHT = 700;
// What a device takes up around its place: the icon, and the texts below it.
const HALF_ICON = 34;
const ABOVE = 26;
const TEXTS = 36;
const MARGIN = 0.08;
const LINE = 14;
const MOST_LINES = 3;
const CROWDED = 112;
const LONGEST = 11;
// What a device of a full row wants, how many stand in a row at first, and how small all may become.
const WANTED = { width: 88, height: 96 };
const IN_ROW = 7;
const SMALLEST = 0.85;
const KINDS = ["2811", "switch"];

export default {
  template: `
    <div class="plan" @pointermove="drag" @pointerup="drop" @pointercancel="drop">
      <svg ref="svg" :viewBox="'0 0 ' + width + ' ' + height" :style="size" role="group" aria-label="Topology of the lab">
        <g v-for="(cable, number) in drawn" :key="'c' + number" class="cable" role="button" tabindex="0"
           :aria-label="cable.text" @click="$emit('cable', number)" @keydown.enter="$emit('cable', number)"
           @keydown.space.prevent="$emit('cable', number)" @mouseenter="look($event, { cable })" @mouseleave="look()"
           @focus="look($event, { cable })" @blur="look()">
          <line v-bind="cable.line" class="reach" />
          <line v-bind="cable.line" :class="cable.up ? 'whole' : 'cut'" />
          <template v-for="end in [0, 1]" :key="end">
            <circle v-if="cable.lights[end]" :cx="cable.spots[end].x" :cy="cable.spots[end].y" r="5" class="lit" />
            <rect v-else :x="cable.spots[end].x - 4.5" :y="cable.spots[end].y - 4.5" width="9" height="9" class="dark" />
          </template>
        </g>
        <g v-for="device in devices" :key="device.name" class="device" role="button" tabindex="0"
           :data-device="device.name" :aria-label="deviceText(device)" :transform="where(device)"
           @pointerdown="take($event, device)" @keydown="key($event, device)" @click="click(device)"
           @mouseenter="look($event, { device })" @mouseleave="look()" @focus="look($event, { device })" @blur="look()">
          <rect class="ground" :x="-42" :y="-30" width="84" :height="34 + LINE * (1 + labels(device).length)" rx="8" />
          <g v-if="device.kind === '2811'" class="icon">
            <path d="M-32 -11 V5 A32 12 0 0 0 32 5 V-11" /><ellipse cx="0" cy="-11" rx="32" ry="12" />
            <path class="mark" d="M-21 -11 h13 m-4 -4 l4 4 l-4 4 M21 -11 h-13 m4 -4 l-4 4 l4 4" />
          </g>
          <g v-else-if="device.kind === 'switch'" class="icon">
            <rect x="-34" y="-19" width="68" height="32" rx="4" />
            <path class="mark" d="M-22 -9 h22 m-5 -4 l5 4 l-5 4 M22 3 h-22 m5 -4 l-5 4 l5 4" />
          </g>
          <g v-else-if="device.kind === 'server'" class="icon">
            <rect x="-15" y="-25" width="30" height="42" rx="3" />
            <path class="mark" d="M-9 -17 h18 M-9 -10 h18 M-9 -3 h18" /><circle class="spot" cx="0" cy="9" r="3" />
          </g>
          <g v-else class="icon">
            <rect x="-24" y="-25" width="48" height="31" rx="3" />
            <rect class="screen" x="-19" y="-20" width="38" height="21" /><path d="M-8 6 v6 h16 v-6 M-16 15 h32" />
          </g>
          <text class="name" y="33">{{ nameOf(device) }}</text>
          <text v-for="(label, row) in labels(device)" :key="row" class="address" :y="47 + LINE * row">{{ label }}</text>
        </g>
        <g v-for="frame in frames" :key="frame.id" :class="['frame', 'kind-' + frame.colour]" role="button" tabindex="0"
           :aria-label="frame.text" :transform="'translate(' + frame.x + ',' + frame.y + ')'"
           @click="$emit('frame', frame.number)" @keydown.enter="$emit('frame', frame.number)">
          <rect x="-15" y="-10" width="30" height="20" rx="3" /><path d="M-15 -9 L0 3 L15 -9" />
          <text y="23">{{ frame.label }}</text>
        </g>
      </svg>
      <div v-if="tip" class="tip" role="tooltip" :style="tip.style">
        <p v-if="tip.cable">{{ tip.cable.text }}</p>
        <template v-else>
          <p><b>{{ tip.device.name }}</b> {{ tip.device.kind }}</p>
          <table>
            <tr v-for="port in tip.device.ports" :key="port.port">
              <th scope="row">{{ port.port }}</th><td :class="port.state === 'up' ? 'up' : 'down'">{{ port.state }}</td>
              <td>{{ port.address }}</td><td>{{ port.mac }}</td>
            </tr>
          </table>
        </template>
      </div>
    </div>`,
  props: { devices: Array, cables: Array },
  emits: ["cable", "open", "move", "frame"],
  data() {
    return { panel: { width: 540, height: 300 }, held: null, moved: false, places: {}, frames: [], next: 0, tip: null, LINE };
  },
  computed: {
    // The size that the devices ask for; what the panel has no room for is scrolled.
    wanted() {
      const count = (test) => this.devices.filter(({ kind }) => test(kind)).length;
      const ranks = [...KINDS.map((rank) => count((kind) => kind === rank)), count((kind) => !KINDS.includes(kind))];
      const rows = ranks.reduce((sum, count) => sum + Math.ceil(count / IN_ROW), 0);
      return { width: Math.min(IN_ROW, Math.max(...ranks)) * WANTED.width, height: rows * WANTED.height };
    },
    scale() {
      const fits = Math.min(this.panel.width / this.wanted.width, this.panel.height / this.wanted.height);
      return Math.min(1, Math.max(SMALLEST, fits));
    },
    width() {
      return Math.max(this.panel.width / this.scale, this.wanted.width);
    },
    height() {
      return Math.max(this.panel.height / this.scale, this.wanted.height);
    },
    size() {
      return { width: `${this.width * this.scale}px`, height: `${this.height * this.scale}px` };
    },
    // What the devices in the lower half need below their places.
    below() {
      const lower = this.devices.filter((device) => this.place(device.name).y > 0.5);
      return TEXTS + 10 + LINE * Math.max(0, ...lower.map((device) => Math.min(MOST_LINES, device.addresses.length)));
    },
    // Where labels would run into each other they are without the length of the prefix.
    crowded() {
      const spots = this.devices.map((device) => this.at(this.place(device.name)));
      const near = (a, b) => Math.abs(a.y - b.y) < 40 && Math.abs(a.x - b.x) < CROWDED;
      return spots.some((a, i) => spots.slice(0, i).some((b) => near(a, b)));
    },
    drawn() {
      const pairs = {};
      return this.cables.map((cable) => {
        const pair = [cable.a, cable.b].sort().join("\n");
        const beside = (pairs[pair] = (pairs[pair] || 0) + 1) - 1;
        const [from, to] = this.ends(cable.a, cable.b, beside);
        const state = cable.up ? "whole: click to cut it" : "cut: click to mend it";
        return {
          ...cable,
          line: { x1: from.x, y1: from.y, x2: to.x, y2: to.y },
          spots: [from, to],
          text: `Cable ${cable.a} ${cable.aPort} to ${cable.b} ${cable.bPort}, ${state}`,
        };
      });
    },
  },
  mounted() {
    this.watcher = new ResizeObserver(([entry]) => {
      this.panel = { width: Math.max(300, entry.contentRect.width), height: Math.max(180, entry.contentRect.height) };
    });
    this.watcher.observe(this.$el);
  },
  unmounted() {
    this.watcher.disconnect();
  },
  methods: {
    place(name) {
      return this.places[name] || this.devices.find((one) => one.name === name) || { x: 0.5, y: 0.5 };
    },
    // Where a place of the plan is on the screen: with room for an icon above it, and for texts below.
    at(place) {
      const share = (place.y - MARGIN) / (1 - 2 * MARGIN);
      return { x: place.x * this.width, y: ABOVE + 8 + share * (this.height - ABOVE - 8 - this.below) };
    },
    where(device) {
      const { x, y } = this.at(this.place(device.name));
      return `translate(${x},${y})`;
    },
    labels(device) {
      const all = device.addresses;
      const first = all.slice(0, MOST_LINES - 1);
      const shown = all.length > MOST_LINES ? [...first, `and ${all.length - first.length} more`] : all;
      return this.crowded ? shown.map((label) => label.replace(/\/\d+$/, "")) : shown;
    },
    nameOf({ name }) {
      return this.crowded && name.length > LONGEST + 1 ? `${name.slice(0, LONGEST)}\u2026` : name;
    },
    deviceText(device) {
      return [`${device.name}, ${device.kind}`, ...device.addresses].join(", ");
    },
    // The ends of a cable: where the line between two devices leaves what belongs to them.
    ends(a, b, beside) {
      const spots = [a, b].map((name) => this.at(this.place(name)));
      const [dx, dy] = [spots[1].x - spots[0].x, spots[1].y - spots[0].y];
      const length = Math.hypot(dx, dy) || 1;
      const aside = ((beside + 1) >> 1) * (beside % 2 ? 14 : -14);
      return [a, b].map((name, end) => {
        const [ux, uy] = end === 0 ? [dx / length, dy / length] : [-dx / length, -dy / length];
        const device = this.devices.find((one) => one.name === name);
        const down = uy > 0 ? TEXTS + 10 + LINE * (device ? this.labels(device).length : 0) : ABOVE + 8;
        const way = Math.min((HALF_ICON + 10) / Math.abs(ux || 1e-9), down / Math.abs(uy || 1e-9), length * 0.45);
        const [sideX, sideY] = [(-dy / length) * aside, (dx / length) * aside];
        return { x: spots[end].x + ux * way + sideX, y: spots[end].y + uy * way + sideY };
      });
    },
    look(event, what) {
      if (!what || this.held) {
        this.tip = null;
        return;
      }
      const box = event.currentTarget.getBoundingClientRect();
      const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
      const [across, down] = [document.documentElement.clientWidth, window.innerHeight];
      const style = y < down / 2 ? { top: `${box.bottom + 4}px` } : { bottom: `${down - box.top + 4}px` };
      if (x < across / 2) style.left = `${Math.max(6, x - 100)}px`;
      else style.right = `${Math.max(6, across - x - 100)}px`;
      this.tip = { ...what, style };
    },
    point(event) {
      const box = this.$refs.svg.getBoundingClientRect();
      const y = ((event.clientY - box.top) / box.height) * this.height;
      const share = (y - ABOVE - 8) / (this.height - ABOVE - 8 - this.below);
      return { x: (event.clientX - box.left) / box.width, y: MARGIN + share * (1 - 2 * MARGIN) };
    },
    take(event, device) {
      this.held = { device, from: this.point(event), start: this.place(device.name), pointer: event.pointerId };
      this.moved = false;
    },
    drag(event) {
      if (this.held === null) return;
      const here = this.point(event);
      const { from, start, device, pointer } = this.held;
      if (!this.moved && Math.hypot(here.x - from.x, here.y - from.y) > 0.012) {
        this.moved = true;
        this.tip = null;
        this.$el.setPointerCapture(pointer);
      }
      const there = { x: start.x + here.x - from.x, y: start.y + here.y - from.y };
      if (this.moved) this.places = { ...this.places, [device.name]: this.inside(there) };
    },
    drop() {
      if (this.held === null) return;
      const { device } = this.held;
      this.held = null;
      if (this.moved) this.settle(device.name);
      // The click that ends a drag opens nothing.
      setTimeout(() => (this.moved = false), 0);
    },
    click(device) {
      if (!this.moved) this.$emit("open", device.name);
    },
    settle(name) {
      const { x, y } = this.place(name);
      this.$emit("move", { name, x, y });
    },
    inside(place) {
      const within = (share) => Math.min(1 - MARGIN, Math.max(MARGIN, share));
      return { x: within(place.x), y: within(place.y) };
    },
    key(event, device) {
      const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
      const way = ways[event.key];
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        this.$emit("open", device.name);
      } else if (event.key === "Escape") {
        this.tip = null;
      } else if (way) {
        event.preventDefault();
        const { x, y } = this.place(device.name);
        this.places = { ...this.places, [device.name]: this.inside({ x: x + way[0] * STEP, y: y + way[1] * STEP }) };
        this.settle(device.name);
      }
    },
    // Another viewer moved a device.
    put(name, x, y) {
      if (this.held === null || this.held.device.name !== name) this.places = { ...this.places, [name]: { x, y } };
    },
    // Frames go along their cables, and stay where they arrived until others fly.
    fly(flights) {
      this.frames = flights.map((flight) => ({ ...flight, id: this.next++, x: 0, y: 0 }));
      const mine = this.frames.map((frame) => frame.id);
      const begin = performance.now();
      const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      const move = (now) => {
        const t = still ? 1 : Math.min(1, Math.max(0, (now - begin) / FLIGHT));
        this.frames = this.frames.map((frame) => {
          const cable = this.drawn[frame.cable];
          if (!mine.includes(frame.id) || !cable) return frame;
          const [a, b] = cable.ends[0] === frame.from ? cable.spots : [...cable.spots].reverse();
          return { ...frame, x: a.x + (b.x - a.x) * t, y: a.y + (b.y - a.y) * t };
        });
        if (t < 1 && this.frames.some((frame) => mine.includes(frame.id))) requestAnimationFrame(move);
      };
      move(begin);
    },
    land() {
      this.frames = [];
    },
  },
};
