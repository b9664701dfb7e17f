/** Sizes of the toy: enough to be loaded and asked, far too small to say anything. */
const [width, words, room] = [32, 260, 4096] as const;
const alignment = 32;

type Value = string | number | boolean | readonly string[] | readonly number[];

/**
 * A language model with random weights as a GGUF file of 100 KB: a llama of one layer whose vocabulary is the 256 bytes. What it
 * says is noise, but a real server loads it, runs it, counts its tokens and holds its answers to a grammar.
 */
export function tinyModel(): Buffer {
  const tensors = tensorsOf();
  const keys = Object.entries(metadata());
  const head = [text('GGUF', false), u32(3), u64(tensors.length), u64(keys.length)];
  for (const [key, value] of keys) head.push(text(key), encoded(value));
  let offset = 0;
  for (const { name, shape } of tensors) {
    head.push(text(name), u32(shape.length), ...shape.map(u64), u32(0), u64(offset));
    offset += padded(sizeOf(shape));
  }
  const top = Buffer.concat(head);
  const bodies = tensors.map(({ shape, name }) => weights(shape, name.includes('norm')));
  return Buffer.concat([top, Buffer.alloc(padded(top.length) - top.length), ...bodies]);
}

function metadata(): Readonly<Record<string, Value>> {
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
  const tokens = ['<unk>', '<s>', '</s>', ...bytes, '\u2581'];
  return {
    'general.architecture': 'llama',
    'general.name': 'tiny',
    'llama.context_length': room,
    'llama.embedding_length': width,
    'llama.block_count': 1,
    'llama.feed_forward_length': width,
    'llama.attention.head_count': 2,
    'llama.attention.layer_norm_rms_epsilon': 1e-5,
    'llama.rope.dimension_count': width / 2,
    'llama.vocab_size': words,
    'tokenizer.ggml.model': 'llama',
    'tokenizer.ggml.tokens': tokens,
    'tokenizer.ggml.scores': tokens.map(() => 0.5),
    // 2: unknown, 3: control, 6: byte, 1: ordinary.
    'tokenizer.ggml.token_type': [2, 3, 3, ...bytes.map(() => 6), 1],
    'tokenizer.ggml.bos_token_id': 1,
    'tokenizer.ggml.eos_token_id': 2,
    'tokenizer.chat_template':
      "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}assistant:",
  };
}

interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
}

function tensorsOf(): readonly Tensor[] {
  const square = ['attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_gate', 'ffn_up', 'ffn_down'];
  return [
    { name: 'token_embd.weight', shape: [width, words] },
    { name: 'output_norm.weight', shape: [width] },
    { name: 'output.weight', shape: [width, words] },
    { name: 'blk.0.attn_norm.weight', shape: [width] },
    { name: 'blk.0.ffn_norm.weight', shape: [width] },
    ...square.map((name) => ({ name: `blk.0.${name}.weight`, shape: [width, width] })),
  ];
}

/** The same ones every time. */
function weights(shape: readonly number[], ones: boolean): Buffer {
  const body = Buffer.alloc(padded(sizeOf(shape)));
  let state = 42;
  for (let index = 0; index < sizeOf(shape) / 4; index += 1) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    body.writeFloatLE(ones ? 1 : state / 1_073_741_824 - 1, index * 4);
  }
  return body;
}

function sizeOf(shape: readonly number[]): number {
  return 4 * shape.reduce((product, side) => product * side, 1);
}
function padded(size: number): number {
  return Math.ceil(size / alignment) * alignment;
}

const types = { u32: 4, f32: 6, bool: 7, string: 8, array: 9 } as const;

function encoded(value: Value): Buffer {
  if (typeof value === 'string') return Buffer.concat([u32(types.string), text(value)]);
  if (typeof value === 'boolean') return Buffer.concat([u32(types.bool), Buffer.from([Number(value)])]);
  if (typeof value === 'number') return Buffer.concat([u32(typeOf(value)), numeral(value, typeOf(value))]);
  const [first] = value;
  const type = typeof first === 'number' ? typeOf(first) : types.string;
  const members = value.map((member) => (typeof member === 'string' ? text(member) : numeral(member, type)));
  return Buffer.concat([u32(types.array), u32(type), u64(value.length), ...members]);
}

function typeOf(value: number): number {
  return Number.isInteger(value) ? types.u32 : types.f32;
}
function numeral(value: number, type: number): Buffer {
  if (type === types.u32) return u32(value);
  const body = Buffer.alloc(4);
  body.writeFloatLE(value);
  return body;
}
function text(value: string, measured = true): Buffer {
  const bytes = Buffer.from(value);
  return measured ? Buffer.concat([u64(bytes.length), bytes]) : bytes;
}
function u32(value: number): Buffer {
  const body = Buffer.alloc(4);
  body.writeUInt32LE(value);
  return body;
}
function u64(value: number): Buffer {
  const body = Buffer.alloc(8);
  body.writeBigUInt64LE(BigInt(value));
  return body;
}
