// The event list: rows as they come, the newest in view; a row opens its window.
const MOST = 500;

export default {
  template: `
    <div class="events" tabindex="0" role="region" aria-label="Event list">
      <table>
        <thead><tr><th scope="col">Time (s)</th><th scope="col">Last device</th><th scope="col">At device</th>
          <th scope="col">Type</th><th scope="col">Info</th></tr></thead>
        <tbody>
          <tr v-for="row in rows" :key="row.number" tabindex="0" :class="'kind-' + row.colour"
              @click="$emit('pick', row.number)" @keydown.enter="$emit('pick', row.number)">
            <td class="number">{{ row.time }}</td><td>{{ row.last }}</td><td>{{ row.at }}</td>
            <td class="kind">{{ row.kind }}</td><td class="info">{{ row.info }}</td>
          </tr>
        </tbody>
      </table>
      <p v-if="rows.length === 0" class="nothing">Nothing has reached a device that the filter lets through.</p>
    </div>`,
  emits: ["pick"],
  data() {
    return { rows: [] };
  },
  methods: {
    set(rows) {
      this.rows = rows.slice(-MOST);
      this.down();
    },
    add(rows) {
      this.rows = [...this.rows, ...rows].slice(-MOST);
      this.down();
    },
    down() {
      this.$nextTick(() => {
        if (this.$el.scrollTo) this.$el.scrollTo({ top: this.$el.scrollHeight });
      });
    },
  },
};
