// The event list: rows as they come; who looks at the newest goes on doing so. A row opens its window.
// One row at a time can be reached by Tab: from there the arrow keys lead on.
const MOST = 500;
const PAGE = 10;

export default {
  template: `
    <div class="events" ref="scroller">
      <table aria-label="Event list">
        <thead><tr><th scope="col">Time (s)</th><th scope="col">Last device</th><th scope="col">At device</th>
          <th scope="col">Type</th><th scope="col">Info</th></tr></thead>
        <tbody @keydown="key">
          <tr v-for="row in rows" :key="row.number" :ref="'row' + row.number" :data-number="row.number"
              :tabindex="row.number === reached ? 0 : -1" :class="['kind-' + row.colour, { open: row.number === open }]"
              @click="pick(row.number)" @focus="at = row.number">
            <td class="number">{{ row.time }}</td><td>{{ row.last }}</td><td>{{ row.at }}</td>
            <td class="kind"><span>{{ row.kind }}</span></td><td class="info" :title="row.info">{{ row.info }}</td>
          </tr>
        </tbody>
      </table>
      <p v-if="rows.length === 0" class="nothing">No event yet, or none that the filter lets through.</p>
    </div>`,
  emits: ["pick"],
  data() {
    return { rows: [], at: null, open: null };
  },
  computed: {
    reached() {
      const last = this.rows.at(-1);
      return this.rows.some((row) => row.number === this.at) ? this.at : last && last.number;
    },
  },
  methods: {
    set(rows) {
      this.rows = rows.slice(-MOST);
      this.follow(true);
    },
    add(rows) {
      const scroller = this.$refs.scroller;
      const below = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
      this.rows = [...this.rows, ...rows].slice(-MOST);
      this.follow(below < 40);
    },
    follow(wanted) {
      if (!wanted) return;
      this.$nextTick(() => {
        const scroller = this.$refs.scroller;
        if (scroller) scroller.scrollTop = scroller.scrollHeight;
      });
    },
    newest() {
      this.follow(true);
    },
    pick(number) {
      this.at = this.open = number;
      this.$emit("pick", number);
    },
    key(event) {
      const last = this.rows.length - 1;
      const here = this.rows.findIndex((row) => row.number === this.reached);
      const ways = { ArrowUp: here - 1, ArrowDown: here + 1, PageUp: here - PAGE, PageDown: here + PAGE, Home: 0, End: last };
      if (event.key === "Enter" || event.key === " ") this.pick(this.reached);
      else if (event.key in ways) this.go(Math.min(last, Math.max(0, ways[event.key])));
      else return;
      event.preventDefault();
    },
    go(place) {
      this.at = this.rows[place].number;
      this.$nextTick(() => {
        const [row] = [this.$refs["row" + this.at]].flat();
        if (row) row.focus();
      });
    },
  },
};
