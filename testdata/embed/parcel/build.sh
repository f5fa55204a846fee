parcel build index.html two.html --dist-dir out --public-url ./ --no-source-maps --no-cache --log-level error
