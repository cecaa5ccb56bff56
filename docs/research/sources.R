# Which sources a plan builds on most, counted from the published tables and drawn; base R is enough.
#
# Usage: Rscript sources.R ADDRESS-OF-A-RELEASE PICTURE.pdf
# such as https://.../releases/1.0.0/ or https://.../releases/current/

arguments <- commandArgs(trailingOnly = TRUE)
read <- function(name) read.csv(paste0(arguments[1], name), encoding = "UTF-8", stringsAsFactors = FALSE)

things <- read("things.csv")
links <- read("links.csv")

cited <- merge(links[links$property == "http://purl.org/dc/terms/source", ], things, by.x = "from", by.y = "iri")
cited <- merge(cited, things, by.x = "to", by.y = "iri", suffixes = c("", "_source"))
counted <- table(cited$table, cited$name_nb_source)
top <- counted[, order(colSums(counted), decreasing = TRUE)[seq_len(min(12, ncol(counted)))], drop = FALSE]
# A few kinds of things by name, the others together.
top <- top[order(rowSums(top), decreasing = TRUE), , drop = FALSE]
few <- seq_len(min(6, nrow(top)))
top <- rbind(top[few, , drop = FALSE], andre = colSums(top[-few, , drop = FALSE]))

pdf(arguments[2], width = 10, height = 6)
par(mar = c(4, 18, 3, 1))
barplot(top[, rev(seq_len(ncol(top))), drop = FALSE], horiz = TRUE, las = 1, cex.names = 0.6,
        names.arg = substr(rev(colnames(top)), 1, 45), col = hcl.colors(nrow(top), "Set 2"),
        legend.text = rownames(top), args.legend = list(x = "bottomright", cex = 0.6, bty = "n"),
        xlab = "Ting som viser til kilden", main = "De mest brukte kildene, etter hva som bygger på dem")
invisible(dev.off())
print(colSums(top))
