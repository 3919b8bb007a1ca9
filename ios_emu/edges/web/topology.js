// The plan of the lab: devices to drag, to open and to look at, cables with link lights, frames on their way.
// All texts are put in as texts: nothing of a lab is ever read as HTML.
const STEP = 0.02;
const FLIGHT = 650;

export default {
  template: `
    <svg class="plan" :viewBox="'0 0 ' + width + ' ' + height" role="group" aria-label="Topology of the lab"
         @pointermove="drag" @pointerup="drop" @pointerleave="drop">
      <g v-for="(cable, number) in cables" :key="'c' + number" class="cable" role="button" tabindex="0"
         :aria-label="cableText(cable)" @click="$emit('cable', number)"
         @keydown.enter="$emit('cable', number)" @keydown.space.prevent="$emit('cable', number)">
        <title>{{ cableText(cable) }}</title>
        <line v-bind="line(cable)" stroke="transparent" stroke-width="16" />
        <line v-bind="line(cable)" :class="cable.up ? 'whole' : 'cut'" />
        <template v-for="end in [0, 1]" :key="end">
          <circle v-if="cable.lights[end]" v-bind="light(cable, end)" r="6" class="lit" />
          <rect v-else :x="light(cable, end).cx - 5" :y="light(cable, end).cy - 5" width="10" height="10"
                class="dark" />
        </template>
      </g>
      <g v-for="device in devices" :key="device.name" class="device" role="button" tabindex="0"
         :data-device="device.name" :aria-label="device.name + ', ' + device.kind"
         :transform="where(device)" @pointerdown="take($event, device)" @keydown="key($event, device)">
        <title>{{ [device.name + ' (' + device.kind + ')', ...device.addresses, ...device.ports].join('\\n') }}</title>
        <rect class="ground" x="-46" y="-36" width="92" height="64" rx="10" />
        <g v-if="device.kind === '2811'" class="icon">
          <ellipse cx="0" cy="6" rx="32" ry="12" /><ellipse cx="0" cy="-12" rx="32" ry="12" />
          <path d="M-32 -12 V6 M32 -12 V6" />
          <path class="mark" d="M-20 -12 h12 m-4 -4 l4 4 l-4 4 M20 -12 h-12 m4 -4 l-4 4 l4 4" />
        </g>
        <g v-else-if="device.kind === 'switch'" class="icon">
          <rect x="-34" y="-18" width="68" height="30" rx="4" />
          <path class="mark" d="M-24 -8 h20 m-5 -4 l5 4 l-5 4 M24 3 h-20 m5 -4 l-5 4 l5 4" />
        </g>
        <g v-else-if="device.kind === 'server'" class="icon">
          <rect x="-15" y="-30" width="30" height="52" rx="3" />
          <path class="mark" d="M-9 -22 h18 M-9 -14 h18 M-9 -6 h18" /><circle class="spot" cx="0" cy="12" r="3" />
        </g>
        <g v-else class="icon">
          <rect x="-26" y="-28" width="52" height="34" rx="3" />
          <rect class="screen" x="-21" y="-23" width="42" height="24" /><path d="M-9 6 v8 h18 v-8 M-18 16 h36" />
        </g>
        <text class="name" y="44">{{ device.name }}</text>
        <text v-for="(address, row) in device.addresses.slice(0, 3)" :key="row" class="address"
              :y="60 + 15 * row">{{ address }}</text>
      </g>
      <g v-for="frame in flying" :key="frame.id" class="frame"
         :transform="'translate(' + frame.x + ',' + frame.y + ')'">
        <rect x="-15" y="-10" width="30" height="20" rx="3" /><path d="M-15 -10 L0 3 L15 -10" />
        <text y="24">{{ frame.label }}</text>
      </g>
    </svg>`,
  props: { devices: Array, cables: Array },
  emits: ["cable", "open", "move"],
  data() {
    return { width: 1000, height: 560, held: null, moved: false, places: {}, flying: [], next: 0 };
  },
  computed: {
    scale() {
      return Math.min(1, this.height / 420, this.width / 620);
    },
  },
  mounted() {
    this.watcher = new ResizeObserver(([entry]) => {
      this.width = Math.max(320, entry.contentRect.width);
      this.height = Math.max(200, entry.contentRect.height);
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
    // Where a place of the plan is on the screen. Names and addresses below the icons want room, too.
    at(place) {
      return { x: place.x * this.width, y: place.y * (this.height - 70 * this.scale) + 14 * this.scale };
    },
    where(device) {
      const { x, y } = this.at(this.place(device.name));
      return `translate(${x},${y}) scale(${this.scale})`;
    },
    line(cable) {
      const a = this.at(this.place(cable.a));
      const b = this.at(this.place(cable.b));
      return { x1: a.x, y1: a.y, x2: b.x, y2: b.y };
    },
    light(cable, end) {
      const { x1, y1, x2, y2 } = this.line(cable);
      const length = Math.hypot(x2 - x1, y2 - y1) || 1;
      const share = Math.min(0.4, (60 * this.scale) / length);
      const t = end === 0 ? share : 1 - share;
      return { cx: x1 + (x2 - x1) * t, cy: y1 + (y2 - y1) * t };
    },
    cableText(cable) {
      const state = cable.up ? "whole: click to cut it" : "cut: click to mend it";
      return `Cable ${cable.a} ${cable.aPort} to ${cable.b} ${cable.bPort}, ${state}`;
    },
    point(event) {
      const box = this.$el.getBoundingClientRect();
      const y = (event.clientY - box.top) * (this.height / box.height);
      return {
        x: (event.clientX - box.left) / box.width,
        y: (y - 14 * this.scale) / (this.height - 70 * this.scale),
      };
    },
    take(event, device) {
      this.held = { device, from: this.point(event) };
      this.moved = false;
    },
    drag(event) {
      if (this.held === null) return;
      const here = this.point(event);
      const { from, device } = this.held;
      if (Math.hypot(here.x - from.x, here.y - from.y) > 0.012) this.moved = true;
      if (this.moved) this.places = { ...this.places, [device.name]: this.inside(here) };
    },
    drop() {
      if (this.held === null) return;
      const { device } = this.held;
      this.held = null;
      if (!this.moved) this.$emit("open", device.name);
      else this.settle(device.name);
    },
    settle(name) {
      const { x, y } = this.place(name);
      this.$emit("move", { name, x, y });
    },
    inside(place) {
      const within = (share) => Math.min(0.92, Math.max(0.08, share));
      return { x: within(place.x), y: within(place.y) };
    },
    key(event, device) {
      const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
      const way = ways[event.key];
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        this.$emit("open", device.name);
      } else if (way) {
        event.preventDefault();
        const { x, y } = this.place(device.name);
        const moved = this.inside({ x: x + way[0] * STEP, y: y + way[1] * STEP });
        this.places = { ...this.places, [device.name]: moved };
        this.settle(device.name);
      }
    },
    // Another viewer moved a device.
    put(name, x, y) {
      if (this.held === null || this.held.device.name !== name) {
        this.places = { ...this.places, [name]: { x, y } };
      }
    },
    fly(frames) {
      for (const { last, at, label } of frames) {
        const frame = { id: this.next++, x: 0, y: 0, label };
        const begin = performance.now();
        const move = (now) => {
          const t = Math.min(1, (now - begin) / FLIGHT);
          const a = this.at(this.place(last));
          const b = this.at(this.place(at));
          const x = a.x + (b.x - a.x) * t;
          const y = a.y + (b.y - a.y) * t;
          this.flying = [...this.flying.filter((one) => one.id !== frame.id), { ...frame, x, y }];
          if (t < 1) requestAnimationFrame(move);
          else setTimeout(() => (this.flying = this.flying.filter((one) => one.id !== frame.id)), 250);
        };
        move(begin);
      }
    },
  },
};
