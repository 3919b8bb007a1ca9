// A PDU opened: its layers and fields on one side, its bytes on the other; a chosen field shows its bytes.
export default {
  template: `
    <div class="pdu" v-if="pdu">
      <p class="deed">{{ pdu.deed }}</p>
      <div class="parts">
        <div class="layers" tabindex="0" role="region" aria-label="Layers">
          <section v-for="(layer, number) in pdu.layers" :key="number">
            <h3 tabindex="0" role="button" @click="choose(layer)" @keydown.enter="choose(layer)">
              {{ layer.osi }}: {{ layer.name }}</h3>
            <button v-for="field in layer.fields" :key="field.name" type="button"
                    :class="{ chosen: chosen === field }" @click="choose(field)">
              <span class="field">{{ field.name }}</span><span class="value">{{ field.value }}</span>
            </button>
          </section>
        </div>
        <div class="hex" tabindex="0" role="region" aria-label="Bytes in hexadecimal">
          <div v-for="(line, number) in lines" :key="number" class="line">
            <span class="offset">{{ (number * 16).toString(16).padStart(4, "0") }}</span>
            <span v-for="one in line" :key="one.at" class="byte" :class="{ lit: isLit(one.at) }">{{ one.text }}</span>
          </div>
        </div>
      </div>
    </div>`,
  props: { pdu: Object },
  data() {
    return { chosen: null };
  },
  watch: {
    pdu() {
      this.chosen = null;
    },
  },
  computed: {
    lines() {
      const bytes = (this.pdu.hex.match(/../g) || []).map((text, at) => ({ text, at }));
      const lines = [];
      for (let start = 0; start < bytes.length; start += 16) lines.push(bytes.slice(start, start + 16));
      return lines;
    },
  },
  methods: {
    choose(part) {
      this.chosen = part;
    },
    isLit(at) {
      return this.chosen !== null && at >= this.chosen.start && at < this.chosen.end;
    },
  },
};
