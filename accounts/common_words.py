"""Indonesian words that are common in passwords and missing in English word lists."""

INDONESIAN = frozenset(
    """
    adik agung agus agustus ahmad akun aldi alhamdulillah allah allahuakbar alya amin anak anakku anggrek anggun anjing
    anto apartemen april arema arif arya assalamualaikum astaga astagfirullah ayah ayahku ayam ayu bagus bahagia bahasa
    bakso bali bambang bandung banget bebek bekasi beruang bidadari bintang bismillah bogor bola budi budiman bulan
    bunda bundaku bunga burung cantik ceria cinta cintaku coba damai dangdut dedi denpasar depok desember dewi dian
    diana doraemon duit durian elang empat enam fajar fatimah februari fitri gajah galau ganteng garuda gitar gunung
    halo hamba harimau hari hati hendra hidup hujan ibuku ikhlas imut indah indomie indonesia indosat insyaallah intan
    irfan istri istriku jagoan jakarta jangan januari jogja jogjakarta joko juara juli jumat juni kakak kamis kamu
    kangen karawang kasih kata katakunci katasandi kaya kebahagiaan kekasih kelinci keluarga keluargaku kemerdekaan
    keren kesayangan komputer kopi kota kucing kuda kunci laki langit laut lebaran lestari lima lupa lupaku maaf
    macan makan makassar malaikat malang mama mamaku mangga mania manis manusia maret mari masuk masyaallah matahari
    mawar medan melati menara merah merdeka milikku minggu mobil monyet motor muhammad mulia musik muslim naga nanas
    nasi nasigoreng nasution november nurul nusantara oktober orang pacar pacarku padang palembang pancasila pangeran
    papa papaku pasti pelangi pengelola penghuni permata persebaya persib persija pisang pratama pribadi prima puasa
    pulau purnama putih putra putri rabu rahasia rahasiaku rahmat rajawali ramadhan rangga rani ratna ratu rembulan
    rendang rindu rizki rizky rudi rumah rumahku sabar sabtu sahabat saja salam sandi sandiku santai santoso saputra
    sari sate satu saya sayang sayangku sederhana sekali sekolah selalu selamanya selamat selamatdatang selamatpagi
    selasa semangat semangka semarang sembilan senang senin senja sepakbola september sepuluh setia setiawan siap
    siapa siti solo subhanallah sukses sulis surabaya surga surya susi susu syukur tangerang tanpa telkom telkomsel
    teman tenang terimakasih tiga timnas tujuh uang ucok udin untukmu utama wahyu wati wijaya wulan yanti yogyakarta
    yudi yusuf zahra zaki
    """.split()  # noqa: SIM905 - a list of four hundred quoted words is no easier to keep
)
