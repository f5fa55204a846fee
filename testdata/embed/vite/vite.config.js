export default {
  base: "./",
  build: { target: "es2022", rolldownOptions: { input: ["index.html", "two.html"] } },
  optimizeDeps: { exclude: ["turbowasm"] } // or the development server loses turbo.wasm
}
