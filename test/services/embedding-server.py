"""all-MiniLM-L6-v2 behind an OpenAI-compatible /v1/embeddings, on the CPU. Words: folder of the model, port."""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy
import onnxruntime
import tokenizers

folder, port = sys.argv[1], int(sys.argv[2])
tokenizer = tokenizers.Tokenizer.from_file(f"{folder}/all-minilm-l6-v2-tokenizer.json")
tokenizer.enable_truncation(256)
tokenizer.enable_padding()
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 2
session = onnxruntime.InferenceSession(f"{folder}/all-minilm-l6-v2.onnx", options)


def embed(texts):
    encoded = tokenizer.encode_batch(texts)
    mask = numpy.array([entry.attention_mask for entry in encoded], dtype=numpy.int64)
    inputs = {
        "input_ids": numpy.array([entry.ids for entry in encoded], dtype=numpy.int64),
        "attention_mask": mask,
        "token_type_ids": numpy.zeros_like(mask),
    }
    known = {entry.name for entry in session.get_inputs()}
    (hidden, *_) = session.run(None, {name: value for name, value in inputs.items() if name in known})
    weights = mask[:, :, None].astype(numpy.float32)
    means = (hidden * weights).sum(axis=1) / weights.sum(axis=1)
    return means / numpy.linalg.norm(means, axis=1, keepdims=True)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(200, {"object": "list", "data": [{"id": "all-MiniLM-L6-v2", "object": "model"}]})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
        vectors = embed(texts).tolist()
        data = [{"object": "embedding", "index": index, "embedding": vector} for index, vector in enumerate(vectors)]
        usage = {"prompt_tokens": 0, "total_tokens": 0}
        self.answer(200, {"object": "list", "model": body.get("model"), "data": data, "usage": usage})

    def answer(self, status, value):
        text = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_words):
        pass


ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
