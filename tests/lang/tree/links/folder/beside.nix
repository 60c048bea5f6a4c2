"beside the folder, which is where the link of the folder is"
