// A PDU opened: its layers and fields on one side, its bytes on the other. A chosen field shows its bytes, and a
// byte the field that it belongs to.
const PRINTABLE = /[\x20-\x7e]/;

export default {
  template: `
    <div class="pdu" v-if="pdu">
      <dl class="route">
        <div><dt>From</dt><dd>{{ pdu.from }}</dd></div><div><dt>At</dt><dd>{{ pdu.at }}</dd></div>
        <div><dt>Type</dt><dd>{{ pdu.type }}</dd></div><div><dt>Info</dt><dd>{{ pdu.info }}</dd></div>
      </dl>
      <p class="deed">{{ pdu.deed }}</p>
      <div class="parts">
        <div class="layers">
          <section v-for="(layer, number) in pdu.layers" :key="number">
            <h3><button type="button" class="layer" :aria-pressed="isChosen(number)" @click="choose(layer, number)">
              <b>{{ layer.name }}</b><span>{{ layer.osi }}</span></button></h3>
            <button v-for="(field, place) in layer.fields" :key="place" type="button" class="line"
                    :aria-pressed="isChosen(number + '.' + place)" @click="choose(field, number + '.' + place)">
              <span class="field">{{ field.name }}</span><span class="value">{{ field.value }}</span>
            </button>
          </section>
        </div>
        <div class="hex" tabindex="0" role="region" aria-label="Bytes in hexadecimal">
          <div v-for="(line, number) in lines" :key="number" class="row">
            <span class="offset">{{ (number * across).toString(16).padStart(4, "0") }}</span>
            <span class="bytes"><span v-for="one in line" :key="one.at" class="byte" :class="{ lit: isLit(one.at) }"
                  @click="find(one.at)">{{ one.text }}</span></span>
            <span class="letters"><span v-for="one in line" :key="one.at" class="letter" :class="{ lit: isLit(one.at) }"
                  @click="find(one.at)">{{ one.letter }}</span></span>
          </div>
        </div>
      </div>
    </div>`,
  props: { pdu: Object },
  data() {
    return { chosen: null, across: window.matchMedia("(max-width: 600px)").matches ? 8 : 16 };
  },
  watch: {
    pdu() {
      this.chosen = null;
    },
  },
  computed: {
    lines() {
      const bytes = (this.pdu.hex.match(/../g) || []).map((text, at) => {
        const letter = String.fromCharCode(parseInt(text, 16));
        return { text, at, letter: PRINTABLE.test(letter) ? letter : "." };
      });
      const lines = [];
      for (let at = 0; at < bytes.length; at += this.across) lines.push(bytes.slice(at, at + this.across));
      return lines;
    },
  },
  methods: {
    isChosen(key) {
      return this.chosen !== null && this.chosen.key === String(key);
    },
    choose({ start, end }, key) {
      this.chosen = { start, end, key: String(key) };
      this.$nextTick(() => {
        const lit = this.$el.querySelector(".byte.lit");
        if (lit) lit.scrollIntoView({ block: "nearest" });
      });
    },
    find(at) {
      const covers = ({ start, end }) => at >= start && at < end;
      const number = this.pdu.layers.findIndex(covers);
      if (number < 0) return;
      const layer = this.pdu.layers[number];
      const place = layer.fields.findIndex(covers);
      this.chosen = place < 0 ? { ...layer, key: String(number) } : { ...layer.fields[place], key: `${number}.${place}` };
      this.$nextTick(() => {
        const pressed = this.$el.querySelector("[aria-pressed=true]");
        if (pressed) pressed.scrollIntoView({ block: "nearest" });
      });
    },
    isLit(at) {
      return this.chosen !== null && at >= this.chosen.start && at < this.chosen.end;
    },
  },
};
