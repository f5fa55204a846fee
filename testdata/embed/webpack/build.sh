node build.js
cp index.html two.html out
